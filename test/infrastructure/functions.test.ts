import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { variables } from '../../functions/runtime/config.ts';
import { bundleFunctions } from '../../lib/bundle.ts';
import { functionSpecs } from '../../lib/functions.ts';
import { synthesize } from './support/synthesize.ts';
import { actionsOf } from './support/template.ts';

const { service } = synthesize();
const prod = synthesize({ stage: 'prod', apiDocs: 'on' }).service;
const names = [...service.functions().keys()];
const environmentIn = (of: typeof service, name: string) => of.functions().get(name)?.Environment.Variables;
const environmentOf = (name: string) => environmentIn(service, name);
const mail = { mailFrom: 'parley@chat.example', siteUrl: 'https://chat.example' };
const verified = synthesize({ ...mail, verifyEmail: 'required' }).service;

describe('every function', () => {
  it('is in the list, and only that of sign-ups by mail is missing by default, in place of which register is there', () => {
    const all = Object.keys(functionSpecs).map((entry) => entry.split('/')[1]);
    expect(names.toSorted()).toEqual(all.filter((name) => name !== 'sign-up').toSorted());
    expect([...verified.functions().keys()].toSorted()).toEqual(
      all.filter((name) => name !== 'register').toSorted(),
    );
  });

  it.each(names)('%s runs on nodejs24.x, arm64, without tracing', (name) => {
    expect(service.functions().get(name)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
  });

  it('trace with -c tracing=on only', () => {
    const traced = synthesize({ tracing: 'on' }).service;
    for (const { TracingConfig } of traced.functions().values())
      expect(TracingConfig).toEqual({ Mode: 'Active' });
    expect([...traced.whoMay('xray:PutTraceSegments').keys()]).toEqual([...traced.functions().keys()]);
    expect(JSON.stringify(service.json)).not.toMatch(/xray|TracingConfig/);
  });

  it.each(names)('%s has a log group of its own, kept for a week in dev and three months in prod', (name) => {
    for (const [template, days] of [
      [service, 7],
      [prod, 90],
    ] as const) {
      const id = template.functions().get(name)?.LoggingConfig.LogGroup.Ref;
      expect(template.json.Resources[id]?.Properties.RetentionInDays).toBe(days);
      const users = [...template.functions().values()].filter(
        ({ LoggingConfig }) => LoggingConfig.LogGroup.Ref === id,
      );
      expect(users).toHaveLength(1);
    }
  });

  it.each(names)('%s may write only to its own log group and has no managed policy', (name) => {
    const logging = service
      .statementsOf(name)
      .filter((statement) => actionsOf(statement).some((action) => action.startsWith('logs:')));
    const id = service.functions().get(name)?.LoggingConfig.LogGroup.Ref;
    expect(logging).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [id, 'Arn'] },
      },
    ]);
    const role = service.functions().get(name)?.Role['Fn::GetAtt'][0];
    expect(service.json.Resources[role]?.Properties.ManagedPolicyArns).toBeUndefined();
  });

  it.each(names)('%s knows its name, stage and log level', (name) => {
    expect(environmentOf(name)).toMatchObject({
      STAGE: 'dev',
      POWERTOOLS_SERVICE_NAME: `parley-${name}`,
      POWERTOOLS_METRICS_NAMESPACE: 'Parley',
      POWERTOOLS_LOG_LEVEL: 'INFO',
    });
  });
});

describe('the size of functions', () => {
  it('is a whole processor (1,769 MB) for exactly those that hash passwords', () => {
    const whole = names.filter((name) => service.functions().get(name)?.MemorySize >= 1769);
    expect(whole).toEqual([
      'register',
      'confirm-sign-up',
      'token',
      'own-password',
      'confirm-reset',
      'delete-account',
    ]);
  });

  it('includes a timeout below API Gateway’s (29 s) for those behind an API', () => {
    for (const name of names.filter((each) => !each.endsWith('-changes'))) {
      expect(service.functions().get(name)?.Timeout).toBeLessThanOrEqual(15);
    }
  });
});

describe('functions get the variables that they need:', () => {
  it('the table, if they use it', () => {
    const without = names.filter((name) => !('TABLE_NAME' in environmentOf(name)));
    expect(without).toEqual(['schema', 'api-docs', 'fallback']);
  });

  it('the secret, if they sign', () => {
    const signing = names.filter((name) => 'SIGNING_SECRET_ARN' in environmentOf(name));
    expect(signing).toEqual(['token', 'refresh', 'exchange']);
  });

  it('the issuer, if they sign or verify', () => {
    const knowing = names.filter((name) => environmentOf(name).TOKEN_ISSUER === 'parley-dev');
    expect(knowing).toEqual([
      'token',
      'own-password',
      'send-verification',
      'delete-account',
      'refresh',
      'exchange',
      'logout',
      'list-users',
      'history',
      'me',
      'sessions',
      'export',
      'ticket',
      'blocks',
      'report',
      'reports',
      'suspension',
      'audit',
      'user',
      'conversations',
      'messages',
      'groups',
      'settings',
      'invitations',
      'join',
      'send-message',
      'change-message',
      'authorize',
      'message',
    ]);
  });

  it('the management API by the SDK’s own variable, if they post', () => {
    const [id] = service
      .ofType('AWS::ApiGatewayV2::Api')
      .filter(([, { Properties }]) => Properties.ProtocolType === 'WEBSOCKET')
      .map(([logicalId]) => logicalId);
    const endpoint = {
      'Fn::Join': [
        '',
        [
          'https://',
          { Ref: id },
          '.execute-api.',
          { Ref: 'AWS::Region' },
          '.',
          { Ref: 'AWS::URLSuffix' },
          '/ws',
        ],
      ],
    };
    const posting = names.filter((name) => 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI' in environmentOf(name));
    expect(posting).toEqual([
      'groups',
      'settings',
      'join',
      'send-message',
      'change-message',
      'message',
      'account-changes',
      'message-changes',
    ]);
    for (const name of posting) {
      expect(environmentOf(name).AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI).toEqual(endpoint);
    }
  });

  it('the rate limit, if they append messages', () => {
    const { service: strict } = synthesize({ floodMessages: '3', floodSeconds: '5' });
    for (const name of ['send-message', 'message']) {
      expect(environmentOf(name)).toMatchObject({ FLOOD_MESSAGES: '20', FLOOD_SECONDS: '10' });
      expect(strict.functions().get(name)?.Environment.Variables).toMatchObject({
        FLOOD_MESSAGES: '3',
        FLOOD_SECONDS: '5',
      });
    }
    expect(names.filter((name) => 'FLOOD_MESSAGES' in environmentOf(name))).toEqual([
      'send-message',
      'message',
    ]);
  });

  it('the time for edits, if they edit messages', () => {
    const { service: strict } = synthesize({ editMinutes: '15' });
    const editing = names.filter((name) => 'EDIT_SECONDS' in environmentOf(name));
    expect(editing).toEqual(['change-message', 'message']);
    for (const name of editing) {
      expect(environmentOf(name).EDIT_SECONDS).toBe('off');
      expect(strict.functions().get(name)?.Environment.Variables.EDIT_SECONDS).toBe('900');
    }
  });

  it('who may create groups, if they create any', () => {
    const { service: strict } = synthesize({ groupCreation: 'staff' });
    const creating = names.filter((name) => 'GROUP_CREATION' in environmentOf(name));
    expect(creating).toEqual(['groups']);
    expect(environmentOf('groups').GROUP_CREATION).toBe('anyone');
    expect(strict.functions().get('groups')?.Environment.Variables.GROUP_CREATION).toBe('staff');
  });

  it('the limit of wrong passwords, if they verify any, and that of exchanges', () => {
    const { service: strict } = synthesize({ wrongPasswords: '3', exchanges: '5' });
    for (const name of ['confirm-sign-up', 'token', 'own-password', 'confirm-reset', 'delete-account']) {
      expect(environmentOf(name).WRONG_PASSWORDS).toBe('10');
      expect(strict.functions().get(name)?.Environment.Variables.WRONG_PASSWORDS).toBe('3');
    }
    expect(names.filter((name) => 'WRONG_PASSWORDS' in environmentOf(name))).toHaveLength(5);
    expect(names.filter((name) => 'EXCHANGES' in environmentOf(name))).toEqual(['exchange']);
    expect(strict.functions().get('exchange')?.Environment.Variables.EXCHANGES).toBe('5');
  });

  it('the limit of work, if they serve a user who is logged in', () => {
    const { service: strict } = synthesize({ workPerMinute: '60' });
    const limited = names.filter((name) => environmentOf(name).WORK_PER_MINUTE === '1200');
    expect(limited).toEqual([
      'own-password',
      'send-verification',
      'delete-account',
      'list-users',
      'history',
      'me',
      'sessions',
      'export',
      'ticket',
      'blocks',
      'report',
      'reports',
      'suspension',
      'audit',
      'user',
      'conversations',
      'messages',
      'groups',
      'settings',
      'invitations',
      'join',
      'send-message',
      'change-message',
      'connect',
      'message',
    ]);
    expect(strict.functions().get('message')?.Environment.Variables.WORK_PER_MINUTE).toBe('60');
  });

  it('whether there are passwords, if they take one', () => {
    const issuers = JSON.stringify([{ issuer: 'https://login.example', audience: 'x' }]);
    const { service: without } = synthesize({ signUp: 'off', issuers });
    const asking = names.filter((name) => environmentOf(name).SIGN_UP === 'on');
    expect(asking).toEqual(names.filter((name) => 'PASSWORD_COST' in environmentOf(name)));
    for (const name of asking)
      expect(without.functions().get(name)?.Environment.Variables.SIGN_UP).toBe('off');
  });

  it('the sender of mail and the address of the site, if they send mail', { timeout: 120_000 }, () => {
    const mail = { mailFrom: 'parley@chat.example', siteUrl: 'https://chat.example', mails: '3' };
    const variables = ['MAIL_FROM', 'MAILS', 'SITE_URL'];
    const sending = names.filter((name) => variables.some((variable) => variable in environmentOf(name)));
    expect(sending).toEqual(['reset-password', 'send-verification']);
    const values = (context: Record<string, string>) => {
      const functions = synthesize(context).service.functions();
      return sending.map((name) =>
        variables.map((variable) => functions.get(name)?.Environment.Variables[variable]),
      );
    };
    const off = ['off', '5', 'off'];
    expect(values({})).toEqual([off, off]);
    const on = ['parley@chat.example', '3', 'https://chat.example'];
    expect(values(mail)).toEqual([on, on]);
    const issuers = JSON.stringify([{ issuer: 'https://login.example', audience: 'x' }]);
    expect(values({ ...mail, signUp: 'off', issuers }).map(([from]) => from)).toEqual(['off', 'off']);
  });

  it('the allowed origins, if they admit sockets', () => {
    const { service: fenced } = synthesize({ origins: 'https://a.example, https://b.example' });
    expect(fenced.functions().get('authorize')?.Environment.Variables.ALLOWED_ORIGINS).toBe(
      'https://a.example,https://b.example',
    );
    expect(environmentOf('authorize').ALLOWED_ORIGINS).toBe('');
  });
});

describe('the environment of a function', () => {
  beforeAll(bundleFunctions);

  /** Variables that a library reads by itself: the SDK, and the Powertools. */
  const BY_LIBRARY = /^(AWS_|POWERTOOLS_|STAGE$)/;
  const own = Object.keys(variables).filter((name) => !BY_LIBRARY.test(name));

  it.each(Object.keys(functionSpecs))('of %s has exactly the variables that its bundle reads', (entry) => {
    const bundle = readFileSync(join('.build/functions', entry, 'index.mjs'), 'utf8');
    const name = entry.split('/')[1] as string;
    const given = Object.keys(environmentOf(name) ?? environmentIn(verified, name) ?? {});
    const read = own.filter((name) => new RegExp(`["'\`]${name}["'\`]`).test(bundle));
    expect(given.filter((name) => own.includes(name)).toSorted()).toEqual(read.toSorted());
    expect(given.filter((name) => !(name in variables))).toEqual([]);
  });

  it('says what each variable means', () => {
    for (const { meaning } of Object.values(variables)) expect(meaning).toMatch(/^[A-Z].*\.$/);
  });
});
