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
    expect([...service.whoMay('secretsmanager:GetSecretValue').keys()]).toEqual(['token', 'refresh']);
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

  it('three functions may post to connections, and message and account-changes may close them, on this API’s stage only', () => {
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
      'send-message': ['/ws/POST/@connections/*'],
      message: ['/ws/DELETE/@connections/*', '/ws/GET/@connections/*', '/ws/POST/@connections/*'],
      'account-changes': ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
    });
  });

  it('only register and token may use the credentials’ partition EMAIL#', () => {
    expect(whoReaches('EMAIL#*')).toEqual({ register: ['dynamodb:PutItem'], token: ['dynamodb:GetItem'] });
  });

  it('only register may claim usernames', () => {
    expect(whoReaches('NAME#*')).toEqual({ register: ['dynamodb:PutItem'] });
  });

  it('only token may count login attempts', () => {
    expect(Object.keys(whoReaches('ATTEMPTS#*'))).toEqual(['token']);
  });

  it('only message and send-message may put messages; message-changes may store the summary; nobody may delete', () => {
    const writing = Object.entries(whoReaches('CONV#*')).flatMap(([name, actions]) =>
      actions.filter((action) => !/Query|Get/.test(action)).map((action) => `${name}: ${action}`),
    );
    expect(writing.toSorted()).toEqual([
      'message-changes: dynamodb:UpdateItem',
      'message: dynamodb:PutItem',
      'send-message: dynamodb:PutItem',
    ]);
  });

  it('only functions that show or extend conversations may read them', () => {
    expect(Object.keys(whoReaches('CONV#*')).toSorted()).toEqual([
      'conversations',
      'history',
      'message',
      'message-changes',
      'messages',
      'send-message',
    ]);
  });

  it('functions that read an inbox, a log or another user’s profile may change nothing', () => {
    for (const name of ['user', 'conversations', 'messages', 'history', 'list-users']) {
      const actions = service.statementsOf(name).flatMap(actionsOf);
      expect(actions.filter((action) => /^dynamodb:(?!Get|BatchGet|Query)/.test(action))).toEqual([]);
    }
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
    expect(writing.map(([name]) => name)).toEqual(['token', 'refresh']);
    expect(Object.keys(whoReaches('KEYS'))).toEqual([
      'token',
      'refresh',
      'logout',
      'list-users',
      'history',
      'me',
      'user',
      'conversations',
      'messages',
      'send-message',
      'jwks',
      'authorize',
    ]);
  });

  it('register and account-changes write the directory, and list-users reads it', () => {
    expect(whoReaches('DIRECTORY#*')).toEqual({
      register: ['dynamodb:PutItem'],
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
