import { join } from 'node:path';
import type { Node } from 'constructs';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { readSettings } from '../../lib/settings.ts';
import { appIn, inFolder, synthesize } from './support/synthesize.ts';
import { Template } from './support/template.ts';

const dev = synthesize();
const prod = synthesize({ stage: 'prod', accessTokenSeconds: '600', refreshTokenSeconds: '7200' });

describe('the app', () => {
  it('writes no account, region or partition into any template', () => {
    for (const { json } of [...dev.all, ...prod.all]) {
      const text = JSON.stringify(json);
      expect(text).not.toMatch(/\b\d{12}\b/);
      expect(text).not.toMatch(/\b(us|eu|ap|sa|ca|me|af|il|mx|cn)-(gov-)?[a-z]+-\d\b/);
      expect(text).not.toMatch(/arn:aws[a-z-]*:/);
      expect(text).not.toContain('amazonaws.com/');
    }
  });

  it('tags every resource that can have tags with the project and the stage', () => {
    const { Tags } = prod.data.only('AWS::DynamoDB::Table');
    expect(Tags).toEqual([
      { Key: 'project', Value: 'parley' },
      { Key: 'stage', Value: 'prod' },
    ]);
    expect(dev.site.only('AWS::CloudFront::Distribution').Tags).toContainEqual({
      Key: 'stage',
      Value: 'dev',
    });
  });

  it('has the three URLs as outputs', () => {
    expect(Object.keys(dev.service.json.Outputs)).toEqual(
      expect.arrayContaining(['HttpApiUrl', 'WebSocketUrl']),
    );
    expect(Object.keys(dev.site.json.Outputs)).toEqual(['SiteUrl']);
  });

  it('gives the lifetimes of tokens to the functions that sign', () => {
    expect(prod.service.functions().get('refresh')?.Environment.Variables).toMatchObject({
      ACCESS_TOKEN_SECONDS: '600',
      REFRESH_TOKEN_SECONDS: '7200',
    });
    expect(dev.service.functions().get('token')?.Environment.Variables).toMatchObject({
      ACCESS_TOKEN_SECONDS: '1800',
      REFRESH_TOKEN_SECONDS: '86400',
    });
  });

  it.each([
    [{ protect: 'yes' }, 'context "protect" must be true or false, not "yes"'],
    [{ apiDocs: 'true' }, 'context "apiDocs" must be on or off, not "true"'],
    [{ tracing: 'true' }, 'context "tracing" must be on or off, not "true"'],
    [{ requestsPerSecond: '9' }, 'context "requestsPerSecond" must be a whole number from 10'],
    [{ accessTokenSeconds: '1e3x' }, 'context "accessTokenSeconds"'],
    [{ refreshTokenSeconds: '0' }, 'context "refreshTokenSeconds"'],
    [{ passwordCost: '9' }, 'context "passwordCost" must be a whole number from 10 to 13'],
    [{ passwordCost: '14' }, 'context "passwordCost"'],
    [{ floodMessages: '0' }, 'context "floodMessages"'],
    [{ floodSeconds: '1.5' }, 'context "floodSeconds"'],
    [{ sessionDays: '0' }, 'context "sessionDays"'],
    [{ sessionDays: '1', refreshTokenSeconds: '86400' }, 'context "sessionDays"'],
    [{ origins: 'https://chat.example/' }, 'context "origins": "https://chat.example/"'],
    [{ wrongPasswords: '0' }, 'context "wrongPasswords"'],
    [{ floodMessages: '1000000000' }, 'context "floodMessages" must be a whole number from 1 to 999999999'],
    [{ exchanges: 'many' }, 'context "exchanges"'],
    [{ limits: 'none' }, 'context "limits" must be on or off, not "none"'],
    [{ limits: 'off' }, 'context "limits": off is for load tests on your own machine'],
    [{ signUp: 'no' }, 'context "signUp" must be on or off, not "no"'],
    [{ signUp: 'off' }, 'context "signUp": with off, nobody can log in unless "issuers" names at least one'],
    [{ groupCreation: 'off' }, 'context "groupCreation" must be anyone or staff, not "off"'],
    [{ verifyEmail: 'on' }, 'context "verifyEmail" must be required or optional, not "on"'],
    [{ verifyEmail: 'required' }, 'context "verifyEmail": with required, "mailFrom" must name the sender'],
    [{ mailFrom: 'a@b.example' }, 'context "mailFrom": with it, "siteUrl" must be the address of the site'],
    [{ mailFrom: 'parley' }, 'context "mailFrom" must be an address'],
    [{ mailFrom: 'Parley <a@b.example>' }, 'context "mailFrom" must be an address'],
    [{ mailFrom: 'a@b.example, c@d.example' }, 'context "mailFrom" must be an address'],
    [{ mailFrom: 'a@b.example\nBcc: c@d.example' }, 'context "mailFrom" must be an address'],
    [{ siteUrl: 'chat.example' }, 'context "siteUrl" must be an origin'],
    [{ siteUrl: 'http://chat.example' }, 'context "siteUrl" must be an origin'],
    [{ siteUrl: 'https://chat.example/' }, 'context "siteUrl" must be an origin'],
    [{ siteUrl: 'javascript:alert(1)' }, 'context "siteUrl" must be an origin'],
    [{ mails: '0' }, 'context "mails" must be a whole number'],
    [{ issuers: '[{}]' }, 'context "issuers"'],
    [{ origins: 'chat.example' }, 'context "origins": "chat.example"'],
  ])('refuses %j by the name of what is wrong', (context, message) => {
    expect(() => createApp({ context })).toThrow(message);
  });

  it.each(['', 'Dev', '1st', 'a-send', 'a_b', 'a.b', 'x'.repeat(21), 'tést'])(
    'refuses the stage "%s"',
    (stage) => {
      const message = 'context "stage" must be 1 to 20 lower-case letters and digits, a letter first';
      expect(() => createApp({ context: { stage } })).toThrow(message);
    },
  );

  it('takes any other stage, and every name has it', () => {
    const { service } = synthesize({ stage: 'trial2' });
    expect([...service.functions().values()].map(({ FunctionName }) => FunctionName)).toContain(
      'parley-trial2-message',
    );
  });

  it('sends no mail where there are no passwords, but still wants its settings to be right', () => {
    const issuers = JSON.stringify([{ issuer: 'https://login.example', audience: 'x' }]);
    const given: Record<string, string> = { mailFrom: 'a@b.example', siteUrl: 'https://b.example', issuers };
    const senderOf = (context: Record<string, string>) =>
      readSettings({ tryGetContext: (name: string) => context[name] } as unknown as Node).mailFrom;
    expect(senderOf(given)).toBe('a@b.example');
    expect(senderOf({ ...given, signUp: 'off' })).toBeUndefined();
    expect(() => senderOf({ ...given, signUp: 'off', siteUrl: '' })).toThrow('context "mailFrom"');
  });

  it('lifts the limits of accounts only where nothing is deployed', () => {
    const settings = (context: Record<string, string>) =>
      readSettings({ tryGetContext: (name: string) => context[name] } as unknown as Node, 'local');
    const {
      floodMessages,
      workPerMinute,
      wrongPasswords,
      wrongPasswordsPerAddress,
      exchanges,
      mails,
      ...rest
    } = settings({ limits: 'off' });
    const lifted = [floodMessages, workPerMinute, wrongPasswords, wrongPasswordsPerAddress, exchanges, mails];
    expect(Math.min(...lifted)).toBe(999_999_999);
    expect(settings({})).toMatchObject(rest);
    expect(settings({ limits: 'off', wrongPasswords: '3' }).wrongPasswords).toBe(3);
  });

  it('takes cheap password hashes only where nothing is deployed', () => {
    inFolder((folder) => {
      expect(() => appIn(folder, { passwordCost: '4' }, { target: 'local' })).not.toThrow();
    });
    expect(() => createApp({ context: { passwordCost: '3' }, target: 'local' })).toThrow('"passwordCost"');
    expect(dev.service.functions().get('register')?.Environment.Variables).toMatchObject({
      PASSWORD_COST: '10',
    });
  });

  it('names the function without a bundle', () => {
    inFolder((folder) => {
      expect(() => createApp({ outdir: folder, bundles: join(folder, 'none') })).toThrow(
        'no bundle for functions/http/register.ts',
      );
    });
  });

  it('names the folder without pages', () => {
    inFolder((folder) => {
      appIn(folder);
      const [bundles, pages] = [join(folder, 'functions'), join(folder, 'none')];
      expect(() => createApp({ outdir: folder, bundles, pages })).toThrow(
        `no built pages of web/: expected ${join(pages, 'index.html')}`,
      );
    });
  });

  it('uses a bundle that has changed since the same process synthesized before', () => {
    inFolder((folder) => {
      const keysWith = (source: string): unknown[] => {
        const assembly = appIn(folder, {}, { source }).synth();
        const functions = new Template(assembly.getStackByName('parley-dev-service').template).functions();
        return [...functions.values()].map(({ Code }) => Code.S3Key);
      };
      const before = keysWith('export const one = 1;');
      for (const key of keysWith('export const two = 2;')) expect(before).not.toContain(key);
    });
  });
});
