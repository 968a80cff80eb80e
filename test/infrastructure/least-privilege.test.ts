import { describe, expect, it } from 'vitest';
import { synthesize } from './support/synthesize.ts';
import { actionsOf } from './support/template.ts';

const { service } = synthesize();
const names = [...service.functions().keys()];
const who = (action: string) => Object.fromEntries(service.whoMay(action));

/** The functions that may do anything at all in a partition, and what. */
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
  it('no function may read the secret but those that sign', () => {
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

  it('message alone posts to connections, it and account-changes close them, on this API’s stage only', () => {
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
      message: ['/ws/DELETE/@connections/*', '/ws/POST/@connections/*'],
      'account-changes': ['/ws/DELETE/@connections/*'],
    });
  });

  it('the credentials’ partition EMAIL# is reachable by register and token alone', () => {
    expect(whoReaches('EMAIL#*')).toEqual({ register: ['dynamodb:PutItem'], token: ['dynamodb:GetItem'] });
  });

  it('usernames are claimed by register alone', () => {
    expect(whoReaches('NAME#*')).toEqual({ register: ['dynamodb:PutItem'] });
  });

  it('attempts to log in are counted by token alone', () => {
    expect(Object.keys(whoReaches('ATTEMPTS#*'))).toEqual(['token']);
  });

  it('messages are read by history and message, written by message alone', () => {
    expect(whoReaches('CONV#*')).toEqual({
      history: ['dynamodb:Query'],
      message: ['dynamodb:PutItem', 'dynamodb:Query'],
    });
  });

  it('public keys are published by those that sign, and read by those that verify', () => {
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
      'jwks',
      'authorize',
    ]);
  });

  it('the directory is kept by register and account-changes, and read by list-users', () => {
    expect(whoReaches('DIRECTORY#*')).toEqual({
      register: ['dynamodb:PutItem'],
      'list-users': ['dynamodb:GetItem', 'dynamodb:Query'],
      'account-changes': ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    });
  });

  it('no function may scan, and none may touch items of the table without naming partitions', () => {
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

  it('only account-changes may read the stream', () => {
    expect([...service.whoMay('dynamodb:GetRecords').keys()]).toEqual(['account-changes']);
  });

  it('schema and fallback may do nothing but log and trace', () => {
    for (const name of ['schema', 'fallback']) {
      expect(service.statementsOf(name).flatMap(actionsOf).toSorted()).toEqual([
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ]);
    }
  });
});
