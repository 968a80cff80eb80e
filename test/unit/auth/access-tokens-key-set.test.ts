import { type JWTVerifyGetKey, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { keySet } from '../../../functions/auth/access-tokens.ts';
import { signingKeyFrom } from '../../../functions/auth/signing-keys.ts';
import { frozenClock } from '../support/clock.ts';
import { memoryKeys } from '../support/published-keys.ts';
import { rejection } from '../support/rejection.ts';

const [first, second] = await Promise.all([signingKeyFrom('first'), signingKeyFrom('second')]);

function verifier(published = memoryKeys(first.publicJwk)) {
  const clock = frozenClock();
  const find = keySet({ published, now: clock.now });
  return { of: (kid: string) => lookUp(find, kid), published, clock };
}

async function lookUp(find: JWTVerifyGetKey, kid: string): Promise<unknown> {
  return find({ alg: 'EdDSA', kid }, { payload: '', signature: '' });
}

const UNKNOWN = { code: 'ERR_JWKS_NO_MATCHING_KEY' };

describe('the published keys', () => {
  it('are read once, for the first token', async () => {
    const { of, published } = verifier();
    expect(published.reads).toBe(0);
    await of(first.kid);
    await of(first.kid);
    expect(published.reads).toBe(1);
  });

  it('are read again when a token names an unknown key, so that a rotation is noticed', async () => {
    const { of, published, clock } = verifier();
    await of(first.kid);
    published.keys = [second.publicJwk, first.publicJwk];
    clock.pass(10_000);
    await of(second.kid);
    await of(first.kid);
    expect(published.reads).toBe(2);
  });

  it('are read at most once in ten seconds, whatever key a token names', async () => {
    const { of, published, clock } = verifier();
    await of(first.kid);
    for (let i = 0; i < 20; i += 1) {
      expect(await rejection(of(`made up ${i}`))).toMatchObject(UNKNOWN);
      clock.pass(499);
    }
    expect(published.reads).toBe(1);
    clock.pass(20);
    expect(await rejection(of('made up'))).toMatchObject(UNKNOWN);
    expect(await rejection(of('made up'))).toMatchObject(UNKNOWN);
    expect(published.reads).toBe(2);
  });

  it('are read for every token while there are none, because the first login publishes them', async () => {
    const { of, published } = verifier(memoryKeys());
    expect(await rejection(of(first.kid))).toMatchObject(UNKNOWN);
    published.keys = [first.publicJwk];
    await of(first.kid);
    expect(published.reads).toBe(2);
  });

  it('cause a server fault when they cannot be read, and are read again for the next token', async () => {
    const { of, published } = verifier();
    published.isDown = true;
    expect(await rejection(of(first.kid))).toEqual({ code: 'unavailable', retryAfter: 1 });
    published.isDown = false;
    await of(first.kid);
  });

  it('stay in use while they cannot be refreshed', async () => {
    const { of, published, clock } = verifier();
    await of(first.kid);
    clock.pass(10_000);
    published.isDown = true;
    expect(await rejection(of(second.kid))).toEqual({ code: 'unavailable', retryAfter: 1 });
    await of(first.kid);
  });
});

it('a token without a key id is verified by a single key, and refused when there are several', async () => {
  const token = new SignJWT().setProtectedHeader({ alg: 'EdDSA' });
  const [protectedHeader = '', payload = '', signature = ''] = (await token.sign(first.privateKey)).split(
    '.',
  );
  const flattened = { protected: protectedHeader, payload, signature };
  const now = frozenClock().now;
  const one = keySet({ published: memoryKeys(first.publicJwk), now });
  const two = keySet({ published: memoryKeys(first.publicJwk, second.publicJwk), now });
  expect(await one({ alg: 'EdDSA' }, flattened)).toMatchObject({ type: 'public' });
  expect(await rejection(Promise.resolve(two({ alg: 'EdDSA' }, flattened)))).toMatchObject({
    code: 'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  });
});
