import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ReportQueue, ReportState, ResolvedReport } from '../core/reports/moderate.ts';
import type { Report, ReportClaim, ReportStore } from '../core/reports/report.ts';
import { countInWindow, refusedUntil } from './counters.ts';
import { reportClaimKey, reportCountKey, reportKey, reportPartition } from './keys.ts';
import { batchGet, type Item, isWritten, type Table, TTL, toEpochSeconds } from './table.ts';

/** As long as security events. A claim ends no later than its report: that one is kept so long from its resolution on. */
export const REPORT_KEPT_DAYS = 400;

const keptUntil = (from: Date): number => toEpochSeconds(from) + REPORT_KEPT_DAYS * 86_400;

export function reportStore(table: Table): ReportStore {
  const { client, name: TableName } = table;
  return {
    async claimOf(reporterId, reported, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName, Key: reportClaimKey(reporterId, reported), ConsistentRead: true }),
      );
      return Item && Item.ttl > toEpochSeconds(now) ? toClaim(Item) : undefined;
    },

    claim: (claim, former) =>
      isWritten(
        client.send(
          new PutCommand({
            TableName,
            Item: {
              ...reportClaimKey(claim.reporterId, claim),
              ...claim,
              ttl: keptUntil(new Date(claim.createdAt)),
            },
            // An expired claim, which DynamoDB deletes late, is none.
            ConditionExpression: 'attribute_not_exists(pk) OR id = :former OR #ttl <= :now',
            ExpressionAttributeNames: TTL,
            ExpressionAttributeValues: {
              ':former': former ?? '',
              ':now': toEpochSeconds(new Date(claim.createdAt)),
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
        (stored) => stored?.id?.S === claim.id,
      ),

    async stateOf(id) {
      const keys = [reportKey('open', id), reportKey('resolved', id)];
      const [open, resolved] = await batchGet(table, keys, { consistent: true });
      if (open) return 'open';
      return resolved && 'resolved';
    },

    async open(report) {
      await isWritten(
        client.send(
          new PutCommand({
            TableName,
            Item: { ...reportKey('open', report.id), ...report },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
    },

    async count(reporterId, { reports, seconds }, now) {
      const window = { counter: 'reports', limit: reports, seconds };
      return refusedUntil(await countInWindow(table, reportCountKey(reporterId), window, now));
    },
  };
}

export function reportQueue({ client, name: TableName }: Table): ReportQueue {
  async function itemOf(state: ReportState, id: string): Promise<Item | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName, Key: reportKey(state, id), ConsistentRead: true }),
    );
    return Item;
  }

  return {
    async page(state, { from, limit }) {
      const isForward = state === 'open';
      const pk = reportPartition(state);
      // A report has at most 30 KB, and a page ten of them, so one Query is enough: see one-query.test.ts.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          // A report may have left the list since: the key need not be there.
          ...(from !== undefined && { ExclusiveStartKey: reportKey(state, from) }),
          ScanIndexForward: isForward,
          Limit: limit,
        }),
      );
      // DynamoDB deletes expired ones some days late, and until then they are shown.
      return Items.map(toReport);
    },

    async find(id) {
      const item = await itemOf('open', id);
      return item && toReport(item);
    },

    isResolved: async (id) => (await itemOf('resolved', id)) !== undefined,

    async resolve(report, now) {
      // In this order, a failure in between leaves it open, and not lost.
      await isWritten(
        client.send(
          new PutCommand({
            TableName,
            Item: { ...reportKey('resolved', report.id), ...report, ttl: keptUntil(now) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
      await client.send(new DeleteCommand({ TableName, Key: reportKey('open', report.id) }));
    },
  };
}

const toClaim = ({ pk: _, sk: __, ttl: ___, ...claim }: Item): ReportClaim => claim as unknown as ReportClaim;
const toReport = ({ pk: _, sk: __, ttl: ___, ...report }: Item): ResolvedReport & Report =>
  report as unknown as ResolvedReport;
