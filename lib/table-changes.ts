import { Duration, Validations } from 'aws-cdk-lib';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  FilterCriteria,
  FilterRule,
  type Function as LambdaFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';

interface Feed {
  /** Id of the construct of its dead letters. */
  readonly name: string;
  readonly filters: ReturnType<typeof changes>[];
  /** Waits this long for a batch to fill. */
  readonly window?: Duration;
}

/**
 * Accounts and what is left of them, dissolved groups, sessions, sockets, presence, and messages that the stream tells. Users wait for
 * the results, so there is no batch window.
 */
export function feedAccountChanges(scope: Construct, table: Table, consumer: LambdaFunction): void {
  feed(scope, table, consumer, {
    name: 'AccountChanges',
    filters: [
      changes(['REMOVE'], 'USER#', [...FilterRule.beginsWith('SESSION#'), ...FilterRule.isEqual('REMAINS')]),
      changes(['INSERT', 'MODIFY', 'REMOVE'], 'USER#', FilterRule.isEqual('SOCKETS')),
      changes(['INSERT', 'MODIFY'], 'USER#', FilterRule.or('PROFILE', 'PRESENCE')),
      changes(['INSERT', 'MODIFY', 'REMOVE'], 'CONV#', FilterRule.isEqual('DISSOLVED')),
      changes(['INSERT', 'MODIFY'], 'CONV#', FilterRule.beginsWith('MSG#'), {
        told: { S: FilterRule.isEqual('stream') },
      }),
    ],
  });
}

/** New and changed messages. A burst within a second becomes one batch, and the inboxes are updated once. */
export function feedMessageChanges(scope: Construct, table: Table, consumer: LambdaFunction): void {
  feed(scope, table, consumer, {
    name: 'MessageChanges',
    filters: [changes(['INSERT', 'MODIFY'], 'CONV#', FilterRule.beginsWith('MSG#'))],
    window: Duration.seconds(1),
  });
}

/** Feeds the table's stream to the function. A mapping has five filters at most. Lambda filters all other records out before they cost anything. */
function feed(
  scope: Construct,
  table: Table,
  consumer: LambdaFunction,
  { name, filters, window }: Feed,
): void {
  const deadLetters = new Queue(scope, `${name}DeadLetters`, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  Validations.of(deadLetters).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason:
      'It is itself the dead-letter queue, of an event source mapping, which the rule does not look at.',
  });

  Validations.of(consumer.role as IConstruct).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'What Lambda needs to poll a stream includes ListStreams, which knows no resources to narrow it to.',
  });
  consumer.addEventSource(
    new DynamoEventSource(table as ITable, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      filters,
      ...(window && { maxBatchingWindow: window }),
      // A record that keeps failing blocks its shard. So it is split from its batch, tried six times and put aside.
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 5,
      onFailure: new SqsDlq(deadLetters),
    }),
  );
}

function changes(eventNames: readonly string[], partition: string, sortKey: unknown, NewImage?: object) {
  return FilterCriteria.filter({
    eventName: FilterRule.or(...eventNames),
    dynamodb: {
      Keys: { pk: { S: FilterRule.beginsWith(partition) }, sk: { S: sortKey } },
      ...(NewImage && { NewImage }),
    },
  });
}
