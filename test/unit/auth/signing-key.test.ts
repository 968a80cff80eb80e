import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signingKeyFrom } from '../../../functions/auth/signing-keys.ts';

describe('the key pair of a secret', () => {
  it('is the same for good: another one would log everybody out', async () => {
    expect((await signingKeyFrom('a secret of the stage')).publicJwk).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: '5GuYyWeZdpNuJV1YpcYRUXozlLpyT5pIOtd-MCzzJUM',
      kid: 'C7K1L3kAU0pMMvNqOh26i1QtkvwEy3CwRlwvu7tEA2Y',
      use: 'sig',
      alg: 'EdDSA',
    });
  });

  it('is another one for another secret', async () => {
    const [a, b] = await Promise.all([signingKeyFrom('a'), signingKeyFrom('b')]);
    expect(a.kid).not.toBe(b.kid);
  });

  it('is named by the thumbprint of its public half (RFC 7638 §3)', async () => {
    const { kid, publicJwk } = await signingKeyFrom('a');
    const canonical = `{"crv":"Ed25519","kty":"OKP","x":"${publicJwk.x}"}`;
    expect(kid).toBe(createHash('sha256').update(canonical).digest('base64url'));
    expect(publicJwk.kid).toBe(kid);
  });

  it('belongs together', async () => {
    const { privateKey, publicJwk } = await signingKeyFrom('a');
    const data = Buffer.from('data');
    const publicKey = createPublicKey({ key: publicJwk as never, format: 'jwk' });
    expect(verify(null, data, publicKey, sign(null, data, privateKey))).toBe(true);
  });

  it('publishes nothing of its private half', async () => {
    expect((await signingKeyFrom('a')).publicJwk).not.toHaveProperty('d');
  });
});
