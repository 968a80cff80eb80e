import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type OwnWho, ROLES, type Role } from '../core/conversations/rights.ts';
import {
  groupOf,
  type HistoryAccess,
  MAX_GROUPS,
  type Roster,
  type RosterChange,
  type RosterMember,
  type RosterReader,
  type RosterStore,
} from '../core/conversations/roster.ts';
import { toLast } from '../core/inbox/inbox.ts';
import { receiptAt } from '../core/receipts/receipt.ts';
import { aboutWrite } from './abouts.ts';
import { fromSummary } from './inbox.ts';
import { replacing } from './invitations.ts';
import {
  dissolvedKey,
  GROUP_MEMBERSHIP_PREFIX,
  membershipKey,
  rosterKey,
  summaryKey,
  userPartition,
} from './keys.ts';
import { fromLogEntry, type Item } from './log-entry.ts';
import { packIds, unpackIds } from './packed-ids.ts';
import { packNumbers, unpackNumbers } from './packed-numbers.ts';
import { ifVersion, type Table, type TransactItem, tryTransact } from './table.ts';

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

/** Groups and their changes. A change is one transaction of at most 4 items and one more for each member who comes or goes. */
export function rosterStore(table: Table): RosterStore {
  const { client, name: TableName } = table;

  /** What was said before they came counts as read. */
  const joining = ({ after, entry }: RosterChange, number: number): TransactItem => {
    const { userId, role, from } = after.members[number] as RosterMember;
    const { seq, others, alls } = receiptAt(entry, number);
    const joined = { seq, at: entry.createdAt };
    const own = {
      ...{ number, role, from, joined, readSeq: seq, readOthers: others },
      ...(alls !== undefined && { readAlls: alls }),
    };
    return { Put: { TableName, Item: { ...membershipKey(userId, after.id), ...own } } };
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

  const memberships = (change: RosterChange): readonly TransactItem[] =>
    change.after.members.flatMap((member, number) => {
      const before = change.before?.members[number]?.role;
      if (before === member.role) return [];
      if (before === undefined) return joining(change, number);
      if (member.role) return withRole(change, member);
      return { Delete: { TableName, Key: { ...membershipKey(member.userId, change.after.id) } } };
    });

  /** A new group is in the inboxes at once. Later the stream's function writes the summary. */
  const summary = ({ before, after, entry }: RosterChange): readonly TransactItem[] => {
    const { id, title } = after;
    const Key = { ...summaryKey(id) };
    if (!before) {
      const first = fromSummary(groupOf(after), { last: toLast(entry), receipts: {} });
      return [{ Put: { TableName, Item: { ...Key, ...first, title } } }];
    }
    if (title === before.title) return [];
    const ExpressionAttributeValues = { ':title': title };
    return [
      { Update: { TableName, Key, UpdateExpression: 'SET title = :title', ExpressionAttributeValues } },
    ];
  };

  return {
    ...rosterReader(table),

    async countOf(userId) {
      const { Count = 0 } = await client.send(
        new QueryCommand({
          TableName,
          Select: 'COUNT',
          Limit: MAX_GROUPS,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': userPartition(userId), ':prefix': GROUP_MEMBERSHIP_PREFIX },
        }),
      );
      return Count;
    },

    async apply(change) {
      const { before, after, about, entry, invitations } = change;
      const failed = await tryTransact(client, [
        {
          Put: {
            TableName,
            Item: fromRoster(after),
            ...ifVersion(before?.version),
          },
        },
        {
          Put: {
            TableName,
            Item: fromLogEntry(groupOf(after), entry),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        ...summary(change),
        ...(about ? [aboutWrite(TableName, after.id, about)] : []),
        ...(groupOf(after).members.length > 0 ? [] : [{ Put: { TableName, Item: dissolvedKey(after.id) } }]),
        // The stream's function ends those of a group that is dissolved: there may be many.
        ...(entry.event?.type === 'dissolved' ? [] : memberships(change)),
        ...(invitations ? [{ Put: { TableName, ...replacing(after.id, invitations) } }] : []),
      ]);
      return failed !== 'busy' && failed.length === 0;
    },
  };
}

/** One letter for what each member is: of 100 members, the roster then has 2 KB. */
const LETTERS: Readonly<Record<Role, string>> = { owner: 'O', moderator: 'M', member: 'm', reader: 'r' };
const LEFT = '-';
const REMOVED = 'x';

const letterOf = ({ role, removed }: RosterMember): string =>
  role ? LETTERS[role] : removed ? REMOVED : LEFT;

export function fromRoster({ id, members, ...rest }: Roster): Item {
  return {
    ...rosterKey(id),
    ...rest,
    ids: packIds(members.map(({ userId }) => userId)),
    roles: members.map(letterOf).join(''),
    from: packNumbers(members.map(({ from }) => from)),
  };
}

export function toRoster(id: string, item: Item): Roster {
  const [letters, from] = [item.roles as string, unpackNumbers(item.from)];
  return {
    id,
    version: item.version as number,
    title: item.title as string,
    history: item.history as HistoryAccess,
    ...(item.who !== undefined && { who: item.who as OwnWho }),
    members: unpackIds(item.ids).map((userId, number) => ({
      userId,
      role: ROLES.find((role) => LETTERS[role] === letters[number]),
      ...(letters[number] === REMOVED && { removed: true as const }),
      from: from[number] ?? 1,
    })),
  };
}
