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

/**
 * Feeds the table's stream to the function: sessions that went and accounts that came or changed. Everything else,
 * messages above all, is filtered out by Lambda before anything is invoked or paid for.
 */
export function feedAccountChanges(scope: Construct, table: Table, consumer: LambdaFunction): void {
  const deadLetters = new Queue(scope, 'AccountChangesDeadLetters', {
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
      filters: [
        changes(['REMOVE'], FilterRule.beginsWith('SESSION#')),
        changes(['INSERT', 'MODIFY'], FilterRule.isEqual('PROFILE')),
      ],
      // A record that keeps failing holds up its shard: it is set apart from its batch, tried six times and put aside.
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 5,
      onFailure: new SqsDlq(deadLetters),
    }),
  );
}

function changes(eventNames: readonly string[], sortKey: unknown) {
  return FilterCriteria.filter({
    eventName: FilterRule.or(...eventNames),
    dynamodb: { Keys: { sk: { S: sortKey } } },
  });
}
