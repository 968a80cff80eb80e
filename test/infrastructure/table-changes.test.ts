import { describe, expect, it } from 'vitest';
import * as keyPatterns from '../../functions/storage/keys.ts';
import { compileFilter } from '../../local/aws/stream/filter.ts';
import { synthesize } from './support/synthesize.ts';
import { functionAt } from './support/template.ts';

const { service } = synthesize();
const mappings = new Map(
  service
    .ofType('AWS::Lambda::EventSourceMapping')
    .map(([, { Properties }]) => [functionAt(service, Properties.FunctionName), Properties]),
);
const patternsOf = (name: string) =>
  mappings.get(name).FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern));
const keys = (partition: string, ...tests: unknown[]) => ({
  Keys: { pk: { S: [{ prefix: partition }] }, sk: { S: tests } },
});

/** Of those whose keys are not made of texts alone. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  identityKey: [{ issuer: 'https://login.example.com', subject: 'x' }],
  attemptsKey: [{ email: 'ada@example.com' }],
  directoryKey: ['users', 'ada'],
  directoryCountKey: ['users'],
  messageKey: ['x', 1],
  changeKey: ['x', 1],
  auditKey: ['x', { time: '2026-11-23T12:00:00.000Z', name: 'y' }],
  reportClaimKey: ['x', { userId: 'y' }],
  reportKey: ['open', 'x'],
  watchListKey: [{ userId: 'x', connectionId: 'y' }],
};

const isKey = (made: unknown): made is keyPatterns.Key =>
  typeof made === 'object' && made !== null && 'pk' in made && 'sk' in made;

describe('the stream', () => {
  it('feeds account-changes and message-changes: two readers, the most that a shard serves without throttling', () => {
    expect([...mappings.keys()].toSorted()).toEqual(['account-changes', 'message-changes']);
  });

  it('brings what has ended, sockets that came or went, changed accounts and presence, dissolved groups, and messages that the stream tells to account-changes', () => {
    expect(patternsOf('account-changes')).toEqual([
      { eventName: ['REMOVE'], dynamodb: keys('USER#', { prefix: 'SESSION#' }, 'REMAINS') },
      { eventName: ['INSERT', 'MODIFY', 'REMOVE'], dynamodb: keys('USER#', 'SOCKETS') },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: keys('USER#', 'PROFILE', 'PRESENCE') },
      { eventName: ['INSERT', 'MODIFY', 'REMOVE'], dynamodb: keys('CONV#', 'DISSOLVED') },
      {
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: { ...keys('CONV#', { prefix: 'MSG#' }), NewImage: { told: { S: ['stream'] } } },
      },
    ]);
  });

  it('passes five filters at most to a function: Lambda takes no more', () => {
    for (const name of ['account-changes', 'message-changes'])
      expect(patternsOf(name).length).toBeLessThanOrEqual(5);
  });

  it('brings new and changed messages, and nothing else, to message-changes', () => {
    expect(patternsOf('message-changes')).toEqual([
      { eventName: ['INSERT', 'MODIFY'], dynamodb: keys('CONV#', { prefix: 'MSG#' }) },
    ]);
  });

  /** An item of each kind. Each has a `pk` and an `sk` that functions/storage/keys.ts makes. */
  const items = Object.entries(keyPatterns).flatMap(([name, made]) => {
    const key =
      typeof made === 'function'
        ? (made as (...given: unknown[]) => unknown)(...(ARGUMENTS[name] ?? ['x', 'y', 'z']))
        : made;
    return isKey(key) ? [{ name, key }] : [];
  });

  it('passes on what a function needs, and no credentials, events, links, devices, reports or keys', () => {
    const passing = (of: string) =>
      items.flatMap(({ name, key }) =>
        ['INSERT', 'MODIFY', 'REMOVE']
          .filter((eventName) => {
            const Keys = { pk: { S: key.pk }, sk: { S: key.sk } };
            return patternsOf(of).some((pattern: object) =>
              compileFilter(pattern)({ eventName, dynamodb: { Keys } }),
            );
          })
          .map((eventName) => `${name} ${eventName}`),
      );
    expect(items.length).toBeGreaterThan(30);
    expect(passing('account-changes').toSorted()).toEqual([
      'dissolvedKey INSERT',
      'dissolvedKey MODIFY',
      'dissolvedKey REMOVE',
      'presenceKey INSERT',
      'presenceKey MODIFY',
      'profileKey INSERT',
      'profileKey MODIFY',
      'remainsKey REMOVE',
      'sessionKey REMOVE',
      'socketsKey INSERT',
      'socketsKey MODIFY',
      'socketsKey REMOVE',
    ]);
    expect(passing('message-changes')).toEqual(['messageKey INSERT', 'messageKey MODIFY']);
  });

  it.each(['PROFILE', 'PRESENCE', 'SOCKETS', 'SESSION#x', 'REMAINS', 'DISSOLVED', 'MSG#1'])(
    'passes no %s of another partition on',
    (sk) => {
      for (const pk of [
        'EMAIL#ada@example.com',
        'AUDIT#x',
        'KEYS',
        'REPORTS#OPEN',
        'NAME#ada',
        'ATTEMPTS#x',
      ]) {
        for (const eventName of ['INSERT', 'MODIFY', 'REMOVE']) {
          const event = { eventName, dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } } } };
          for (const name of ['account-changes', 'message-changes']) {
            expect(patternsOf(name).some((pattern: object) => compileFilter(pattern)(event))).toBe(false);
          }
        }
      }
    },
  );

  it('collects messages for a second, so that a burst is one batch, and delays nothing else', () => {
    expect(mappings.get('message-changes').MaximumBatchingWindowInSeconds).toBe(1);
    expect(mappings.get('account-changes')).not.toHaveProperty('MaximumBatchingWindowInSeconds');
  });

  describe.each(['account-changes', 'message-changes'])('to %s', (name) => {
    const mapping = mappings.get(name);
    const queueId: string = mapping.DestinationConfig.OnFailure.Destination['Fn::GetAtt'][0];

    it('starts with the oldest record', () => {
      expect(mapping.StartingPosition).toBe('TRIM_HORIZON');
    });

    it('repeats only failed records, a limited number of times, and then puts them into a queue', () => {
      expect(mapping).toMatchObject({
        BatchSize: 100,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 5,
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queueId, 'Arn'] } } },
      });
    });

    it('has a dead-letter queue of its own that is encrypted, requires TLS, and keeps records for 14 days', () => {
      expect(service.json.Resources[queueId]).toMatchObject({
        Type: 'AWS::SQS::Queue',
        Properties: { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 60 * 60 },
      });
      const policies = service
        .ofType('AWS::SQS::QueuePolicy')
        .filter(([, { Properties }]) => Properties.Queues[0].Ref === queueId);
      expect(policies.map(([, { Properties }]) => Properties.PolicyDocument.Statement)).toMatchObject([
        [{ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      ]);
      const others = [...mappings].filter(
        ([, { DestinationConfig }]) => DestinationConfig.OnFailure.Destination['Fn::GetAtt'][0] === queueId,
      );
      expect(others.map(([consumer]) => consumer)).toEqual([name]);
    });
  });
});
