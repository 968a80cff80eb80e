import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExternalUser, STANDARD_CLAIMS } from '../../functions/protocol/claims.ts';
import { readIssuers } from '../../lib/issuers.ts';
import { inFolder, synthesize } from './support/synthesize.ts';

const good = { issuer: 'https://login.example.com/', audience: 'chat' };
const checked = { ...good, audience: ['chat'], algorithms: ['RS256'] };

describe('the trusted issuers', () => {
  it('are none by default, and the function that exchanges tokens knows that', () => {
    const { service } = synthesize();
    expect(service.functions().get('exchange')?.Environment.Variables.ISSUERS).toBe('[]');
  });

  it.each([
    ['JSON', JSON.stringify([good])],
    ['JSON with space around it', ` \n${JSON.stringify([good])}\n`],
    ['a list in cdk.json', [good]],
  ])('are given as %s', (_, context) => {
    expect(readIssuers(context)).toEqual([checked]);
  });

  it('are given as the path of a file', () => {
    inFolder((folder) => {
      const path = join(folder, 'issuers.json');
      writeFileSync(path, JSON.stringify([good]));
      expect(readIssuers(path)).toEqual([checked]);
      expect(() => readIssuers(join(folder, 'none.json'))).toThrow(
        'context "issuers": is neither a JSON list nor a file that can be read: ENOENT',
      );
    });
  });

  it('reach the functions that know them', () => {
    const { service } = synthesize({ issuers: JSON.stringify([good]) });
    const knowing = [...service.functions()].filter(([, one]) => 'ISSUERS' in one.Environment.Variables);
    expect(knowing.map(([name]) => name)).toEqual(['delete-account', 'exchange']);
    expect(JSON.parse(knowing[0]?.[1].Environment.Variables.ISSUERS)).toEqual([checked]);
  });

  it('may have all that the functions read', () => {
    const claims = Object.fromEntries(Object.keys(STANDARD_CLAIMS).map((name) => [name, `my_${name}`]));
    const whole = {
      issuer: 'http://localhost:8080/realms/one',
      jwks: 'http://127.0.0.1:8080/keys',
      audience: ['a', 'b'],
      clientId: 'web',
      algorithms: ['ES256', 'EdDSA', 'PS512'],
      claims,
    };
    const [issuer] = readIssuers([whole], 'local');
    expect(issuer).toEqual({ ...whole, clientId: ['web'] });
    expect(readExternalUser(issuer as never, { my_id: 'x', my_username: 'ada' })).toMatchObject({
      username: 'ada',
    });
  });

  it.each([
    ['[', 'is not JSON'],
    ['{}', 'is neither a JSON list nor a file'],
    [{}, 'must be a list'],
    [['x'], 'number 1 must be an object with "issuer"'],
    [[null], 'number 1 must be an object'],
    [[{}], 'the "issuer" of number 1 must be an address'],
    [[{ ...good, issuer: 'login.example.com' }], 'must be an address such as https://login.example.com'],
    [
      [{ ...good, issuer: 'http://login.example.com' }],
      'must begin with https:// (http:// is for localhost only)',
    ],
    [[{ ...good, issuer: 'http://localhost' }], 'which functions on AWS cannot reach'],
    [[{ ...good, jwks: 'http://localhost/keys' }], 'which functions on AWS cannot reach'],
    [[{ ...good, issuer: 'http://localhost.example.com' }], 'must begin with https://'],
    [[{ ...good, issuer: 'ftp://localhost' }], 'must begin with https://'],
    [[{ ...good, issuer: 'https://a b' }], 'must be an address'],
    [[{ ...good, issuer: 'https://user:secret@login.example.com' }], 'must be an address'],
    [[{ ...good, issuer: 'https://x#y' }], 'must be an address'],
    [[{ ...good, issuer: `https://x/${'y'.repeat(255)}` }], '"issuer" has more than 255 characters'],
    [
      [{ ...good, jwks: 'http://keys.example.com' }],
      'the "jwks" of "https://login.example.com/" must begin with',
    ],
    [[{ issuer: good.issuer }], 'needs "audience" or "clientId"'],
    [
      [{ ...good, audience: [] }],
      '"audience" of "https://login.example.com/" must be a text or a list of texts',
    ],
    [[{ ...good, audience: [''] }], '"audience" of'],
    [[{ ...good, clientId: 7 }], '"clientId" of'],
    [[{ ...good, audiences: 'x' }], '"audiences" of "https://login.example.com/" is not known'],
    [[{ ...good, algorithms: ['HS256'] }], '"HS256" is not allowed, because others could sign with it, too'],
    [[{ ...good, algorithms: 'hs512' }], '"hs512" is not allowed'],
    [[{ ...good, algorithms: ['RS256', 'none'] }], '"none" is not allowed'],
    [[{ ...good, algorithms: ['None'] }], '"None" is not allowed'],
    [[{ ...good, algorithms: ['RS1'] }], '"RS1" is not known'],
    [[{ ...good, algorithms: [] }], '"algorithms" of'],
    [[{ ...good, claims: { picture: 'picture' } }], '"picture" of'],
    [[{ ...good, claims: { id: '' } }], '"id" must be the name of a claim'],
    [[{ ...good, claims: [] }], '"claims" of "https://login.example.com/" must be an object'],
    [[good, good], '"https://login.example.com/" comes twice'],
    [
      Array.from({ length: 40 }, (_, i) => ({ ...good, issuer: `https://${i}.example.com` })),
      'more than 2500 bytes',
    ],
  ])('that are %j are refused', (context, message) => {
    expect(() => readIssuers(context)).toThrow(`context "issuers": `);
    expect(() => readIssuers(context)).toThrow(message);
  });
});
