import { calculateJwkThumbprint, createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { expect, inject, it } from 'vitest';
import { person } from './support/people.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));

it('publishes the key that verifies access tokens', async () => {
  const { access } = await person(api);
  const { body } = await api.get('/.well-known/jwks.json');
  const { iss, aud } = decodeJwt(access);
  const verified = await jwtVerify(access, createLocalJWKSet(body), {
    issuer: iss as string,
    audience: aud as string,
    algorithms: ['EdDSA'],
  });
  expect(verified.payload.token_type).toBe('access');
});

it('names each key by its thumbprint and publishes no private part', async () => {
  await person(api);
  const { body } = await api.get('/.well-known/jwks.json');
  expect(body.keys.length).toBeGreaterThan(0);
  for (const key of body.keys) {
    expect(key.kid).toBe(await calculateJwkThumbprint(key));
    expect(key).not.toHaveProperty('d');
  }
});
