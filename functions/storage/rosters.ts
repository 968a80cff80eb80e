import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { OwnWho, Role } from '../core/conversations/rights.ts';
import {
  groupOf,
  type HistoryAccess,
  type Roster,
  type RosterChange,
  type RosterMember,
  type RosterReader,
  type RosterStore,
} from '../core/conversations/roster.ts';
import { receiptAt } from '../core/receipts/receipt.ts';
import { aboutWrite } from './abouts.ts';
import { dissolvedKey, inboxPositionKey, membershipKey, rosterKey, summaryKey } from './keys.ts';
import { fromLogEntry, type Item } from './log-entry.ts';
import { type Table, type TransactItem, tryTransact } from './table.ts';

type StoredMember = readonly [userId: string, role: Role | '', from: number];

/** Who is in a group: one item, which every frame and request to the group reads. */
export function rosterReader({ client, name }: Table): RosterReader {
  return {
    async roster(id) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: rosterKey(id), ConsistentRead: true }),
      );
      return Item && toRoster(id, Item);
    },
  };
}

/** Groups and their changes. A change is one transaction of at most 4 items and 2 more for each member who comes or goes. */
export function rosterStore(table: Table): RosterStore {
  const { client, name: TableName } = table;

  /** Where the group stands in a member's inbox, so that it is gone with the membership. */
  async function positionOf(userId: string, id: string): Promise<string | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName, Key: membershipKey(userId, id), ConsistentRead: true }),
    );
    return Item?.topAt;
  }

  async function leaving(userId: string, id: string): Promise<TransactItem[]> {
    const topAt = await positionOf(userId, id);
    const Key = { ...membershipKey(userId, id) };
    if (topAt === undefined) {
      return [{ Delete: { TableName, Key, ConditionExpression: 'attribute_not_exists(topAt)' } }];
    }
    // The group may come to the top at this moment.
    const unmoved = {
      ConditionExpression: 'topAt = :topAt',
      ExpressionAttributeValues: { ':topAt': topAt },
    };
    return [
      { Delete: { TableName, Key, ...unmoved } },
      { Delete: { TableName, Key: { ...inboxPositionKey(userId, topAt, id) } } },
    ];
  }

  /** What was said before they came counts as read. */
  const joining = ({ after, entry }: RosterChange, number: number): TransactItem => {
    const { userId, role, from } = after.members[number] as RosterMember;
    const { seq, others } = receiptAt(entry, number);
    const Item = { ...membershipKey(userId, after.id), number, role, from, readSeq: seq, readOthers: others };
    return { Put: { TableName, Item } };
  };

  const withRole = ({ after }: RosterChange, { userId, role }: RosterMember): TransactItem => ({
    Update: {
      TableName,
      Key: { ...membershipKey(userId, after.id) },
      UpdateExpression: 'SET #role = :role',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':role': role },
    },
  });

  async function memberships(change: RosterChange): Promise<readonly TransactItem[]> {
    const items = change.after.members.map(async (member, number) => {
      const before = change.before?.members[number]?.role;
      if (before === member.role) return [];
      if (member.role === undefined) return leaving(member.userId, change.after.id);
      return [before === undefined ? joining(change, number) : withRole(change, member)];
    });
    return (await Promise.all(items)).flat();
  }

  return {
    ...rosterReader(table),

    async apply(change) {
      const { before, after, about, entry } = change;
      const failed = await tryTransact(client, [
        {
          Put: {
            TableName,
            Item: fromRoster(after),
            ...(before
              ? {
                  ConditionExpression: '#version = :version',
                  ExpressionAttributeNames: { '#version': 'version' },
                  ExpressionAttributeValues: { ':version': before.version },
                }
              : { ConditionExpression: 'attribute_not_exists(pk)' }),
          },
        },
        {
          Put: {
            TableName,
            Item: fromLogEntry(groupOf(after), entry),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        ...(before?.title === after.title
          ? []
          : [
              {
                Update: {
                  TableName,
                  Key: { ...summaryKey(after.id) },
                  UpdateExpression: 'SET title = :title',
                  ExpressionAttributeValues: { ':title': after.title },
                },
              },
            ]),
        ...(about ? [aboutWrite(TableName, after.id, about)] : []),
        ...(groupOf(after).members.length > 0 ? [] : [{ Put: { TableName, Item: dissolvedKey(after.id) } }]),
        // The stream's function ends those of a group that is dissolved: there may be many.
        ...(entry.event?.type === 'dissolved' ? [] : await memberships(change)),
      ]);
      return failed !== 'busy' && failed.length === 0;
    },
  };
}

export function fromRoster({ id, members, ...rest }: Roster): Item {
  const stored = members.map(({ userId, role, from }): StoredMember => [userId, role ?? '', from]);
  return { ...rosterKey(id), ...rest, members: stored };
}

function toRoster(id: string, item: Item): Roster {
  const members = item.members as readonly StoredMember[];
  return {
    id,
    version: item.version as number,
    title: item.title as string,
    history: item.history as HistoryAccess,
    ...(item.who !== undefined && { who: item.who as OwnWho }),
    members: members.map(([userId, role, from]) => ({ userId, role: role === '' ? undefined : role, from })),
  };
}
