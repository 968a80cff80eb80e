import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

type TableAction =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';

/** Partition keys. `*` stands for the part behind the prefix. */
type Partition =
  | 'ATTEMPTS#*'
  | 'AUDIT#*'
  | 'TICKET#*'
  | 'CONV#*'
  | 'DIRECTORY#*'
  | 'EMAIL#*'
  | 'IDENTITY#*'
  | 'KEYS'
  | 'NAME#*'
  | 'PENDING#*'
  | 'REPORTS#*'
  | 'USER#*'
  | 'WATCH#*';

/** Allows these actions on these partitions only. */
export interface TableAccess {
  readonly actions: readonly TableAction[];
  readonly partitions: readonly Partition[];
}

/**
 * Grants exactly what is listed. ForAllValues is also true for a request without keys, so it only fences actions that
 * always name a partition key: Scan and PartiQL cannot be granted here.
 */
export function grantTableAccess(grantee: IGrantable, table: Table, access: readonly TableAccess[]): void {
  for (const { actions, partitions } of access) {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } },
      }),
    );
  }
}
