import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry, AuditLog, AuditReader, EntryId } from '../core/audit/audit.ts';
import { AUDIT_PREFIX, auditKey, auditPartition } from './keys.ts';
import { isWritten, type Table, toEpochSeconds } from './table.ts';

/** A little more than a year, so that two years can be compared. */
export const KEPT_DAYS = 400;
const DAY_MS = 86_400_000;

/** An item is put on condition that it is not there, and no role may do anything else: events are only added. */
export function auditLog({ client, name }: Table): AuditLog {
  return {
    async append(id, { userId, ...entry }) {
      const ends = new Date(Date.parse(entry.at) + KEPT_DAYS * DAY_MS);
      await isWritten(
        client.send(
          new PutCommand({
            TableName: name,
            Item: { ...auditKey(userId, id), ...entry, ttl: toEpochSeconds(ends) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
    },
  };
}

export function auditReader({ client, name }: Table): AuditReader {
  return {
    async after(userId, last, limit, now) {
      // DynamoDB deletes expired items late. They are the oldest ones, so the range leaves them out.
      const oldest = new Date(now.getTime() - KEPT_DAYS * DAY_MS).toISOString();
      const low = last && last.time > oldest ? auditKey(userId, last).sk : `${AUDIT_PREFIX}${oldest}`;
      // BETWEEN includes its ends: the entry itself comes first, and is dropped. Entries are small, so one Query is enough: see
      // one-query.test.ts.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: { ':pk': auditPartition(userId), ':low': low, ':high': END },
          Limit: limit + 1,
        }),
      );
      return Items.filter(({ sk }) => sk !== low)
        .slice(0, limit)
        .map(({ pk: _, sk, ttl: __, ...entry }) => ({
          id: toEntryId(sk),
          entry: { ...entry, userId } as AuditEntry,
        }));
    },
  };
}

/** Sorts behind every time. */
const END = `${AUDIT_PREFIX}~`;

function toEntryId(sk: string): EntryId {
  const [, time = '', name = ''] = sk.split('#');
  return { time, name };
}
