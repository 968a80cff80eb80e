import { describe, expect, it } from 'vitest';
import { synthesize } from './support/synthesize.ts';
import { actionsOf } from './support/template.ts';

const { service } = synthesize();
const names = [...service.functions().keys()];
const who = (action: string) => Object.fromEntries(service.whoMay(action));

/** The functions with any permission in a partition, and their actions. */
function whoReaches(partition: string): Record<string, string[]> {
  const reaching: Record<string, string[]> = {};
  for (const name of names) {
    for (const statement of service.statementsOf(name)) {
      const partitions = statement.Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
      if (partitions?.includes(partition)) {
        reaching[name] = [...(reaching[name] ?? []), ...actionsOf(statement)].toSorted();
      }
    }
  }
  return reaching;
}

describe('least privilege', () => {
  it('only functions that sign may read the secret', () => {
    expect([...service.whoMay('secretsmanager:GetSecretValue').keys()]).toEqual([
      'token',
      'refresh',
      'exchange',
    ]);
    for (const name of names) {
      const others = service
        .statementsOf(name)
        .flatMap(actionsOf)
        .filter(
          (action) => action.startsWith('secretsmanager:') && action !== 'secretsmanager:GetSecretValue',
        );
      expect(others).toEqual([]);
    }
  });

  it('seven functions may post to connections and close them, on this API’s stage only', () => {
    const reach = [...service.whoMay('execute-api:ManageConnections').keys()].map((name) => {
      const resources = service
        .statementsOf(name)
        .filter((statement) => actionsOf(statement).includes('execute-api:ManageConnections'))
        .map(({ Resource }) => JSON.stringify(Resource));
      return [
        name,
        resources
          .join()
          .match(/\/ws\/[^"]*/g)
          ?.toSorted(),
      ];
    });
    expect(Object.fromEntries(reach)).toEqual({
      groups: ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
      settings: ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
      join: ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
      'send-message': ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
      'change-message': ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
      'message-changes': ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
      message: ['/ws/DELETE/@connections/*', '/ws/GET/@connections/*', '/ws/POST/@connections/*'],
      'account-changes': ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
    });
  });

  it('only functions of passwords and exchange may use the credentials’ partition EMAIL#, and exchange may not read it', () => {
    expect(whoReaches('EMAIL#*')).toEqual({
      register: ['dynamodb:PutItem'],
      token: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      'own-password': ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      'reset-password': ['dynamodb:GetItem'],
      'confirm-reset': ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      'confirm-sign-up': ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      'delete-account': ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
      exchange: ['dynamodb:DeleteItem', 'dynamodb:PutItem'],
    });
  });

  it('only functions that create accounts may claim usernames, and delete-account ends one', () => {
    expect(whoReaches('NAME#*')).toEqual({
      register: ['dynamodb:PutItem'],

      'confirm-sign-up': ['dynamodb:PutItem'],
      'delete-account': ['dynamodb:UpdateItem'],
      exchange: ['dynamodb:PutItem'],
    });
  });

  it('only exchange may claim the users of other issuers, and only a deletion give them up', () => {
    expect(whoReaches('IDENTITY#*')).toEqual({
      'delete-account': ['dynamodb:DeleteItem', 'dynamodb:GetItem'],
      exchange: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    });
  });

  it('only functions that check a password or send mail may count attempts', () => {
    expect(Object.keys(whoReaches('ATTEMPTS#*'))).toEqual([
      'confirm-sign-up',
      'token',
      'own-password',
      'reset-password',
      'confirm-reset',
      'send-verification',
      'delete-account',
    ]);
  });

  it('without mail no function may send any, and with it two may, from the one sender', () => {
    expect([...service.whoMay('ses:SendEmail').keys()]).toEqual([]);
    const mail = { mailFrom: 'parley@chat.example', siteUrl: 'https://chat.example' };
    const sending = synthesize(mail).service;
    const allowed = [...sending.functions().keys()].flatMap((name) =>
      sending
        .statementsOf(name)
        .filter((statement) => actionsOf(statement).some((action) => action.startsWith('ses:')))
        .map((statement) => ({ name, statement })),
    );
    expect(allowed.map(({ name }) => name)).toEqual(['reset-password', 'send-verification']);
    for (const { statement } of allowed) {
      expect(actionsOf(statement)).toEqual(['ses:SendEmail']);
      expect(statement.Condition).toEqual({ StringEquals: { 'ses:FromAddress': 'parley@chat.example' } });
      const identities = JSON.stringify(statement.Resource).match(/identity\/[^"]*/g);
      expect(identities).toEqual(['identity/chat.example', 'identity/parley@chat.example']);
    }
  });

  it('functions may only add security events, and export and audit alone may read them', () => {
    const adds = ['dynamodb:PutItem'];
    expect(whoReaches('AUDIT#*')).toEqual({
      register: adds,
      'confirm-sign-up': adds,
      token: adds,
      'own-password': adds,
      'delete-account': adds,
      'confirm-reset': adds,
      refresh: adds,
      exchange: adds,
      logout: adds,
      sessions: adds,
      reports: adds,
      suspension: adds,
      'verify-email': adds,
      blocks: adds,
      export: ['dynamodb:Query'],
      // To read is an event of the reader.
      audit: ['dynamodb:PutItem', 'dynamodb:Query'],
    });
  });

  it('confirm-sign-up reads and uses sign-ups that wait, and sign-up may keep them, read claims, and write none', () => {
    expect(whoReaches('PENDING#*')).toEqual({
      'confirm-sign-up': ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    });
    const mail = { mailFrom: 'parley@chat.example', siteUrl: 'https://chat.example' };
    const verified = synthesize({ ...mail, verifyEmail: 'required' }).service;
    const granted = verified
      .statementsOf('sign-up')
      .filter((statement) => actionsOf(statement).some((action) => action.startsWith('dynamodb:')))
      .map((statement) => [actionsOf(statement), Object.values(statement.Condition ?? {})[0]]);
    const keys = (...partitions: string[]) => ({ 'dynamodb:LeadingKeys': partitions });
    expect(granted).toEqual([
      [['dynamodb:BatchGetItem'], keys('EMAIL#*', 'NAME#*')],
      [['dynamodb:UpdateItem'], keys('ATTEMPTS#*')],
      [['dynamodb:PutItem'], keys('PENDING#*')],
    ]);
  });

  it('ticket may keep tickets, and authorize may spend them', () => {
    expect(whoReaches('TICKET#*')).toEqual({
      ticket: ['dynamodb:PutItem'],
      authorize: ['dynamodb:UpdateItem'],
    });
  });

  it('only message and send-message may put messages, change-message changes, and groups, join and account-changes events; invitations writes those; message-changes may store the summary; blocks have seals', () => {
    const writing = Object.entries(whoReaches('CONV#*')).flatMap(([name, actions]) =>
      actions.filter((action) => !/Query|Get/.test(action)).map((action) => `${name}: ${action}`),
    );
    // A seal stands behind the log. IAM tells partitions apart, not sort keys.
    expect(writing.toSorted()).toEqual([
      'account-changes: dynamodb:DeleteItem',
      'account-changes: dynamodb:PutItem',
      // The mark of a dissolved group.
      'account-changes: dynamodb:UpdateItem',
      'blocks: dynamodb:DeleteItem',
      'blocks: dynamodb:PutItem',
      'change-message: dynamodb:PutItem',
      'change-message: dynamodb:UpdateItem',
      'groups: dynamodb:PutItem',
      'groups: dynamodb:UpdateItem',
      'invitations: dynamodb:PutItem',
      'join: dynamodb:PutItem',
      'message-changes: dynamodb:UpdateItem',
      'message: dynamodb:PutItem',
      'message: dynamodb:UpdateItem',
      'send-message: dynamodb:PutItem',
    ]);
  });

  it('only functions that show or extend conversations may read them', () => {
    const reading = Object.entries(whoReaches('CONV#*')).filter(([, actions]) =>
      actions.some((action) => /Query|Get/.test(action)),
    );
    expect(reading.map(([name]) => name).toSorted()).toEqual([
      'account-changes',
      'change-message',
      'conversations',
      'export',
      'groups',
      'history',
      'invitations',
      'join',
      'message',
      'message-changes',
      'messages',
      'report',
      'send-message',
      'settings',
    ]);
  });

  it('functions that read an inbox, a log or another user’s profile may change nothing', () => {
    for (const name of ['user', 'conversations', 'messages', 'history', 'list-users', 'export']) {
      const actions = service.statementsOf(name).flatMap(actionsOf);
      expect(actions.filter((action) => /^dynamodb:(?!Get|BatchGet|Query)/.test(action))).toEqual([]);
    }
  });

  it('whoever reports may add a report and read no page of them, and only staff’s function may take one away', () => {
    expect(whoReaches('REPORTS#*')).toEqual({
      report: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
      reports: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    });
    expect(whoReaches('STAFF')).toEqual({});
  });

  it('message writes watchers, and account-changes reads them', () => {
    expect(whoReaches('WATCH#*')).toEqual({
      message: ['dynamodb:BatchWriteItem'],
      'account-changes': ['dynamodb:Query'],
    });
  });

  it('functions that sign publish the public keys, and functions that verify read them', () => {
    const writing = Object.entries(who('dynamodb:PutItem')).filter(([, partitions]) =>
      partitions.includes('KEYS'),
    );
    expect(writing.map(([name]) => name)).toEqual(['token', 'refresh', 'exchange']);
    expect(Object.keys(whoReaches('KEYS'))).toEqual([
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
      'jwks',
      'authorize',
      'message',
    ]);
  });

  it('functions that create accounts and account-changes write the directory, and list-users reads it', () => {
    expect(whoReaches('DIRECTORY#*')).toEqual({
      register: ['dynamodb:PutItem'],
      'confirm-sign-up': ['dynamodb:PutItem'],
      exchange: ['dynamodb:PutItem'],
      'list-users': ['dynamodb:GetItem', 'dynamodb:Query'],
      'account-changes': ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    });
  });

  it('no function may scan, and every permission on the table names partitions', () => {
    const streams = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    for (const name of names) {
      for (const statement of service.statementsOf(name)) {
        const actions = actionsOf(statement)
          .filter((action) => action.startsWith('dynamodb:'))
          .map((action) => action.replace('dynamodb:', ''))
          .filter((action) => !streams.includes(action));
        expect(actions).not.toContain('Scan');
        expect(actions.join()).not.toContain('*');
        if (actions.length > 0) {
          expect(statement.Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']).not.toHaveLength(
            0,
          );
          expect(statement.Condition).toHaveProperty(['ForAllValues:StringLike', 'dynamodb:LeadingKeys']);
        }
      }
    }
  });

  it('what follows the stream may reach no credentials, claims, events, reports and keys in the table', () => {
    const reached = (name: string) => [
      ...new Set(
        service
          .statementsOf(name)
          .flatMap(({ Condition }) => Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? []),
      ),
    ];
    expect(reached('account-changes').toSorted()).toEqual(['CONV#*', 'DIRECTORY#*', 'USER#*', 'WATCH#*']);
    expect(reached('message-changes').toSorted()).toEqual(['CONV#*', 'USER#*']);
  });

  it('only account-changes and message-changes may read the stream', () => {
    expect([...service.whoMay('dynamodb:GetRecords').keys()]).toEqual(['account-changes', 'message-changes']);
  });

  it('schema and fallback may only log', () => {
    for (const name of ['schema', 'fallback']) {
      expect(service.statementsOf(name).flatMap(actionsOf).toSorted()).toEqual([
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ]);
    }
  });
});
