import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signingKeyFrom, signingKeys } from '../../../functions/auth/signing-keys.ts';
import { frozenClock } from '../support/clock.ts';
import { memoryKeys } from '../support/published-keys.ts';
import { rejection } from '../support/rejection.ts';

const [first, second] = await Promise.all([signingKeyFrom('first'), signingKeyFrom('second')]);
const MINUTES = 60_000;

function stage(published = memoryKeys()) {
  const clock = frozenClock();
  const secret = {
    versions: { current: 'first', previous: undefined as string | undefined },
    reads: 0,
    async read() {
      secret.reads += 1;
      return secret.versions;
    },
  };
  return { signingKey: signingKeys({ secret, published, now: clock.now }), secret, published, clock };
}

describe('the signing key', () => {
  it('is derived from the secret and published before its first use', async () => {
    const { signingKey, published } = stage();
    expect((await signingKey()).kid).toBe(first.kid);
    expect(published.keys).toEqual([first.publicJwk]);
  });

  it('is not published twice', async () => {
    const { signingKey, published } = stage(memoryKeys(second.publicJwk, first.publicJwk));
    await signingKey();
    expect({ writes: published.writes, keys: published.keys }).toEqual({
      writes: 0,
      keys: [second.publicJwk, first.publicJwk],
    });
  });

  it('is read once for many signatures, even when they start at the same time', async () => {
    const { signingKey, secret, published, clock } = stage();
    await Promise.all([signingKey(), signingKey()]);
    clock.pass(5 * MINUTES);
    await signingKey();
    expect({ secret: secret.reads, published: published.reads }).toEqual({ secret: 1, published: 1 });
  });

  it('follows a rotation within five minutes while the former key stays published', async () => {
    const { signingKey, secret, published, clock } = stage();
    await signingKey();
    secret.versions = { current: 'second', previous: 'first' };
    expect((await signingKey()).kid).toBe(first.kid);
    clock.pass(5 * MINUTES + 1);
    expect((await signingKey()).kid).toBe(second.kid);
    expect(published.keys).toEqual([second.publicJwk, first.publicJwk]);
  });

  it('is not used until its public half is published, and the next call tries again', async () => {
    const { signingKey, published } = stage();
    published.isDown = true;
    expect(await rejection(signingKey())).toEqual({ code: 'unavailable', retryAfter: 1 });
    published.isDown = false;
    expect((await signingKey()).kid).toBe(first.kid);
    expect(published.keys).toEqual([first.publicJwk]);
  });
});

describe('the key pair of a secret', () => {
  it('never changes, because a change would log everybody out', async () => {
    expect((await signingKeyFrom('a secret of the stage')).publicJwk).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: '5GuYyWeZdpNuJV1YpcYRUXozlLpyT5pIOtd-MCzzJUM',
      kid: 'C7K1L3kAU0pMMvNqOh26i1QtkvwEy3CwRlwvu7tEA2Y',
      use: 'sig',
      alg: 'EdDSA',
    });
  });

  it('differs for another secret', async () => {
    const [a, b] = await Promise.all([signingKeyFrom('a'), signingKeyFrom('b')]);
    expect(a.kid).not.toBe(b.kid);
  });

  it('has the thumbprint of its public half as its key id (RFC 7638 §3)', async () => {
    const { kid, publicJwk } = await signingKeyFrom('a');
    const canonical = `{"crv":"Ed25519","kty":"OKP","x":"${publicJwk.x}"}`;
    expect(kid).toBe(createHash('sha256').update(canonical).digest('base64url'));
    expect(publicJwk.kid).toBe(kid);
  });

  it('signs with one half what the other half verifies', async () => {
    const { privateKey, publicJwk } = await signingKeyFrom('a');
    const data = Buffer.from('data');
    const publicKey = createPublicKey({ key: publicJwk as never, format: 'jwk' });
    expect(verify(null, data, publicKey, sign(null, data, privateKey))).toBe(true);
  });

  it('does not publish its private half', async () => {
    expect((await signingKeyFrom('a')).publicJwk).not.toHaveProperty('d');
  });
});
