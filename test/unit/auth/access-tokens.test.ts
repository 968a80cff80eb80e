import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { accessTokens, accessTokenVerifier, keySet } from '../../../functions/auth/access-tokens.ts';
import { signingKeyFrom } from '../../../functions/auth/signing-keys.ts';
import { frozenClock, NOON } from '../support/clock.ts';
import { alice, countingIds, id } from '../support/people.ts';
import { memoryKeys } from '../support/published-keys.ts';
import { rejection } from '../support/rejection.ts';

const [key, formerKey, foreignKey] = await Promise.all([
  signingKeyFrom('key'),
  signingKeyFrom('former'),
  signingKeyFrom('foreign'),
]);

const NOON_S = Date.parse(NOON) / 1000;
const identity = { userId: alice.id, username: 'Alice', sessionId: id(500), staff: false };
const claims: JWTPayload = {
  token_type: 'access',
  user_id: alice.id,
  username: 'Alice',
  sid: id(500),
  sub: alice.id,
  iss: 'parley-test',
  aud: 'parley-test',
  jti: id(700),
  iat: NOON_S,
  exp: NOON_S + 1_800,
};
const INVALID = { code: 'token_invalid' };

function stage(by = key) {
  const clock = frozenClock();
  const published = memoryKeys(key.publicJwk, formerKey.publicJwk);
  const tokens = accessTokens({
    signingKey: async () => by,
    issuer: 'parley-test',
    lifetimeSeconds: 1_800,
    newId: countingIds(700),
    now: clock.now,
  });
  const verify = accessTokenVerifier({
    keys: keySet({ published, now: clock.now }),
    issuer: 'parley-test',
    now: clock.now,
  });
  return { ...tokens, verify, clock, published };
}

/** A token with these claims, signed by the true key, as a faulty or older issuer might make it. */
const signed = (changes: JWTPayload = {}, header: object = {}) =>
  new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: 'JWT', ...header })
    .sign(key.privateKey);

describe('an access token', () => {
  it('has one text: no character of it can be another one, be left out or be added', async () => {
    const { sign, verify } = stage();
    const token = await sign(identity);
    const character = fc.constantFrom(...'ABab01-_=.~ +/\n'.split(''));
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length), fc.nat(1), fc.option(character), async (at, gone, added) => {
        const changed = token.slice(0, at) + (added ?? '') + token.slice(at + gone);
        fc.pre(changed !== token);
        expect(await rejection(verify(changed))).toMatchObject(INVALID);
      }),
    );
  });

  it('names its user, its issuer and its expiry', async () => {
    const token = await stage().sign(identity);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', kid: key.kid, typ: 'JWT' });
    expect(decodeJwt(token)).toEqual(claims);
  });

  it('is verified to the identity that it was signed for', async () => {
    const { sign, verify } = stage();
    expect(await verify(await sign(identity))).toEqual({
      ...identity,
      expiresAt: new Date('2026-11-23T12:30:00.000Z'),
    });
  });

  it('tells whether its user is staff', async () => {
    const { sign, verify } = stage();
    expect((await verify(await sign({ ...identity, staff: true }))).staff).toBe(true);
    expect((await verify(await signed({ staff: 'yes' }))).staff).toBe(false);
  });

  it('is different each time', async () => {
    const { sign } = stage();
    expect(await sign(identity)).not.toBe(await sign(identity));
  });

  it('is valid under the former key while that key is published', async () => {
    const { sign, verify } = stage(formerKey);
    expect(await verify(await sign(identity))).toMatchObject({ userId: alice.id });
  });

  it('is valid until its last second, and then has expired', async () => {
    const { sign, verify, clock } = stage();
    const token = await sign(identity);
    clock.pass(1_799_999);
    expect(await verify(token)).toMatchObject({ userId: alice.id });
    clock.pass(1);
    expect(await rejection(verify(token))).toEqual({ code: 'token_expired' });
  });

  it('is invalid, not expired, when it is both forged and expired', async () => {
    const { verify } = stage();
    const token = await new SignJWT({ ...claims, exp: NOON_S - 1 })
      .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
      .sign(foreignKey.privateKey);
    expect(await rejection(verify(token))).toEqual(INVALID);
  });
});

describe('the verifier refuses', () => {
  const refused = async (token: string) => expect(await rejection(stage().verify(token))).toEqual(INVALID);

  it.each(['', 'garbage', '.', '..', 'a.b.c', 'e30.e30.', `${'x'.repeat(5_000)}`, 'null', '{}'])(
    '%j',
    async (token) => {
      await refused(token);
    },
  );

  it('a token with `alg: none`', async () => {
    await refused(new UnsecuredJWT(claims).encode());
    const [, payload] = (await signed()).split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      const header = Buffer.from(JSON.stringify({ alg, kid: key.kid })).toString('base64url');
      await refused(`${header}.${payload}.`);
    }
  });

  it('a token with HS256 and any form of the public key as its secret', async () => {
    const publicKey = createPublicKey({ key: key.publicJwk as never, format: 'jwk' });
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      Buffer.from(`${key.publicJwk.x}`, 'base64url'),
      JSON.stringify(key.publicJwk),
    ];
    for (const secret of secrets) {
      const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.kid });
      await refused(await token.sign(Buffer.from(secret)));
    }
  });

  it('a token signed by a foreign key, with its own key id, with ours, or with the key in its header', async () => {
    for (const header of [
      { kid: foreignKey.kid },
      { kid: key.kid },
      {},
      { kid: key.kid, jwk: foreignKey.publicJwk },
    ]) {
      const token = new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', ...header });
      await refused(await token.sign(foreignKey.privateKey));
    }
  });

  it.each([
    ['of another stage', { iss: 'parley-other' }],
    ['for another audience', { aud: 'parley-other' }],
    ['of another type', { token_type: 'refresh' }],
    ['not yet valid', { nbf: NOON_S + 60 }],
    ['for something that is no id', { sub: 'Alice' }],
    ['for an id in capitals', { sub: 'ABCDEF00-0000-4000-8000-000000000001' }],
    ['with a session of another kind', { sid: 7 as unknown as string }],
    ['with a username of another kind', { username: ['Alice'] }],
    ['with an end of another kind', { exp: '9999999999' as unknown as number }],
  ])('one %s', async (_, changes) => {
    await refused(await signed(changes));
  });

  it.each(['exp', 'iat', 'jti', 'sub', 'sid', 'username', 'token_type', 'iss', 'aud'])(
    'one without %s',
    async (claim) => {
      await refused(await signed({ [claim]: undefined }));
    },
  );

  it('a token with an unknown critical extension (RFC 7515 §4.1.11)', async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: key.kid, crit: ['x'], x: 1 })).toString(
      'base64url',
    );
    const [, payload, signature] = (await signed()).split('.');
    await refused(`${header}.${payload}.${signature}`);
  });

  it('a token with any character changed, added or removed', async () => {
    const token = await signed();
    const { verify } = stage();
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: token.length - 2 }),
        fc.constantFrom('A', 'b', '9', '_', '.', '', 'AA', '\n', ' ', '='),
        async (at, other) => {
          fc.pre(token[at] !== other);
          expect(await rejection(verify(token.slice(0, at) + other + token.slice(at + 1)))).toEqual(INVALID);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('any random text', async () => {
    const { verify } = stage();
    const part = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        expect(await rejection(verify(parts.join('.')))).toEqual(INVALID);
      }),
    );
  });
});

it('an outage of the keys does not make a token invalid', async () => {
  const { sign, verify, published } = stage();
  const token = await sign(identity);
  published.isDown = true;
  expect(await rejection(verify(token))).toEqual({ code: 'unavailable', retryAfter: 1 });
  published.isDown = false;
  expect(await verify(token)).toMatchObject({ userId: alice.id });
});
