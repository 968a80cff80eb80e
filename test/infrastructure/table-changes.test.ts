import { describe, expect, it } from 'vitest';
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
const sk = (...tests: unknown[]) => ({ Keys: { sk: { S: tests } } });

describe('the stream', () => {
  it('feeds account-changes and message-changes: two readers, the most that a shard serves without throttling', () => {
    expect([...mappings.keys()].toSorted()).toEqual(['account-changes', 'message-changes']);
  });

  it('brings ended sessions, sockets that came or went, and changed accounts and presence to account-changes', () => {
    expect(patternsOf('account-changes')).toEqual([
      { eventName: ['REMOVE'], dynamodb: sk({ prefix: 'SESSION#' }) },
      { eventName: ['INSERT', 'MODIFY', 'REMOVE'], dynamodb: sk('SOCKETS') },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: sk('PROFILE') },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: sk('PRESENCE') },
      { eventName: ['REMOVE'], dynamodb: sk('REMAINS') },
    ]);
  });

  it('brings new messages, and nothing else, to message-changes', () => {
    expect(patternsOf('message-changes')).toEqual([
      { eventName: ['INSERT'], dynamodb: sk({ prefix: 'MSG#' }) },
    ]);
  });

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
