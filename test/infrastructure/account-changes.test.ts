import { describe, expect, it } from 'vitest';
import { synthesize } from './support/synthesize.ts';
import { functionAt } from './support/template.ts';

const { service } = synthesize();
const mapping = service.only('AWS::Lambda::EventSourceMapping');
const patterns = mapping.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) =>
  JSON.parse(Pattern),
);

describe('the stream', () => {
  it('feeds account-changes, from the oldest record on', () => {
    expect(functionAt(service, mapping.FunctionName)).toBe('account-changes');
    expect(mapping.StartingPosition).toBe('TRIM_HORIZON');
  });

  it('brings sessions that went, and accounts that came or changed; nothing else is paid for', () => {
    expect(patterns).toEqual([
      { eventName: ['REMOVE'], dynamodb: { Keys: { sk: { S: [{ prefix: 'SESSION#' }] } } } },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['PROFILE'] } } } },
    ]);
  });

  it('retries what failed alone, a bounded number of times, and then puts it aside', () => {
    const [queue] = service.ofType('AWS::SQS::Queue')[0] ?? [];
    expect(mapping).toMatchObject({
      BatchSize: 100,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 5,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queue, 'Arn'] } } },
    });
  });

  it('puts aside into a queue that is encrypted, takes TLS alone, and keeps for 14 days', () => {
    expect(service.only('AWS::SQS::Queue')).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
    });
    expect(service.only('AWS::SQS::QueuePolicy').PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  });
});
