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
  it('feeds account-changes and message-changes: two readers, as many as a shard serves without throttling', () => {
    expect([...mappings.keys()].toSorted()).toEqual(['account-changes', 'message-changes']);
  });

  it('brings account-changes sessions that went, sockets that came or went, changed accounts and presence', () => {
    expect(patternsOf('account-changes')).toEqual([
      { eventName: ['REMOVE'], dynamodb: sk({ prefix: 'SESSION#' }) },
      { eventName: ['INSERT', 'REMOVE'], dynamodb: sk({ prefix: 'CONN#' }) },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: sk('PROFILE') },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: sk('PRESENCE') },
    ]);
  });

  it('brings message-changes new messages, and nothing else', () => {
    expect(patternsOf('message-changes')).toEqual([
      { eventName: ['INSERT'], dynamodb: sk({ prefix: 'MSG#' }) },
    ]);
  });

  it('gathers messages for a second, so that a burst is one batch, and lets nothing else wait', () => {
    expect(mappings.get('message-changes').MaximumBatchingWindowInSeconds).toBe(1);
    expect(mappings.get('account-changes')).not.toHaveProperty('MaximumBatchingWindowInSeconds');
  });

  describe.each(['account-changes', 'message-changes'])('to %s', (name) => {
    const mapping = mappings.get(name);
    const queueId: string = mapping.DestinationConfig.OnFailure.Destination['Fn::GetAtt'][0];

    it('begins with the oldest record', () => {
      expect(mapping.StartingPosition).toBe('TRIM_HORIZON');
    });

    it('repeats what failed alone, a bounded number of times, and then puts it aside', () => {
      expect(mapping).toMatchObject({
        BatchSize: 100,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 5,
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queueId, 'Arn'] } } },
      });
    });

    it('puts aside into a queue of its own that is encrypted, takes TLS alone, and keeps for 14 days', () => {
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
