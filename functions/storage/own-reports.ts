import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OwnReports } from '../core/export/export.ts';
import type { ReportClaim } from '../core/reports/report.ts';
import { REPORT_PREFIX, userPartition } from './keys.ts';
import { type Table, toEpochSeconds } from './table.ts';

/** The reports of a user, from the claims in their own partition. They are sorted by the reported user or message. */
export function ownReports({ client, name }: Table): OwnReports {
  return {
    async after(userId, last, limit, now) {
      const low = REPORT_PREFIX + (last ?? '');
      // BETWEEN includes its ends: the claim itself comes first, and is dropped. A claim has at most 5 KB, so one Query is
      // enough: see one-query.test.ts.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: { ':pk': userPartition(userId), ':low': low, ':high': END },
          Limit: last === undefined ? limit : limit + 1,
        }),
      );
      const found = Items.filter(({ sk }) => sk !== low).slice(0, limit);
      return {
        // DynamoDB deletes expired ones some days late.
        reports: found
          .filter(({ ttl }) => ttl > toEpochSeconds(now))
          .map(({ pk: _, sk: __, ttl: ___, ...claim }) => claim as ReportClaim),
        next: found.length === limit ? found.at(-1)?.sk.slice(REPORT_PREFIX.length) : undefined,
      };
    },
  };
}

/** Sorts behind every claim. */
const END = `${REPORT_PREFIX}~`;
