import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AccountRemains } from '../core/accounts/follow-deletion.ts';
import { atMost } from '../core/at-most.ts';
import { pairWith } from '../core/conversations/conversation.ts';
import type { GroupRemains } from '../core/groups/dissolve.ts';
import type { SealRemover } from '../core/presence/follow-presence.ts';
import {
  conversationOf,
  conversationPartition,
  DISSOLVED,
  dissolvedKey,
  GROUP,
  GROUP_MEMBERSHIP_PREFIX,
  type Key,
  membershipKey,
  PRESENCE,
  PROFILE,
  profileKey,
  REMAINS,
  remainsKey,
  SOCKETS,
  sealKey,
  userPartition,
} from './keys.ts';
import { fromRoster, rosterReader } from './rosters.ts';
import { isWritten, type Table, TTL, toEpochSeconds } from './table.ts';

/** Three say that the account is deleted, and stay. The last one waits for its end. */
const MARKS = [PROFILE, SOCKETS, PRESENCE, REMAINS];

/** So many items are deleted at once. */
const PARALLEL = 25;

/** Two stay: one keeps the id taken, and the other one waits for its end. */
const GROUP_MARKS = [GROUP, DISSOLVED];

/** The first items of a partition without its marks. A Query that ends early, at 1 MB, is one of the steps. */
async function slice({ client, name }: Table, pk: string, marks: readonly string[], most: number) {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: name,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      Limit: most + marks.length,
    }),
  );
  return {
    items: Items.filter(({ sk }) => !marks.includes(sk)) as Key[],
    rest: LastEvaluatedKey ? ('more' as const) : ('done' as const),
  };
}

const remove = ({ client, name }: Table, keys: readonly Key[]) =>
  atMost(PARALLEL, keys, async ({ pk, sk }) => {
    await client.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }));
  });

export function remainsOf(table: Table): AccountRemains {
  const { client, name } = table;
  return {
    async clear(userId, most, leave) {
      const { items, rest } = await slice(table, userPartition(userId), MARKS, most);
      for (const { sk } of items) {
        if (sk.startsWith(GROUP_MEMBERSHIP_PREFIX)) await leave(conversationOf(sk));
      }
      await remove(table, items);
      return rest;
    },

    async askAgain(userId) {
      await isWritten(
        client.send(
          new UpdateCommand({
            TableName: name,
            Key: profileKey(userId),
            UpdateExpression: 'ADD steps :one',
            ConditionExpression: 'attribute_exists(deletedAt)',
            ExpressionAttributeValues: { ':one': 1 },
          }),
        ),
      );
    },

    async lookAgain(userId, at) {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: remainsKey(userId),
          UpdateExpression: 'SET #ttl = :at',
          ExpressionAttributeNames: TTL,
          ExpressionAttributeValues: { ':at': toEpochSeconds(at) },
        }),
      );
    },
  };
}

export function groupRemainsOf(table: Table): GroupRemains {
  const { client, name } = table;
  const rosters = rosterReader(table);
  return {
    async clearMemberships(group) {
      const roster = await rosters.roster(group);
      await remove(table, roster?.members.map(({ userId }) => membershipKey(userId, group)) ?? []);
    },

    async clear(group, most) {
      const { items, rest } = await slice(table, conversationPartition(group), GROUP_MARKS, most);
      await remove(table, items);
      return rest;
    },

    async askAgain(group) {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: dissolvedKey(group),
          UpdateExpression: 'ADD steps :one',
          ExpressionAttributeValues: { ':one': 1 },
        }),
      );
    },

    async lookAgain(group, at) {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: dissolvedKey(group),
          // A step that is repeated writes nothing new, and so does not come back through the stream.
          UpdateExpression: 'SET #ttl = if_not_exists(#ttl, :at)',
          ExpressionAttributeNames: TTL,
          ExpressionAttributeValues: { ':at': toEpochSeconds(at) },
        }),
      );
    },

    async forget(group) {
      const roster = await rosters.roster(group);
      if (!roster) return;
      const { id, version, history } = roster;
      const Item = fromRoster({ id, version, history, title: '', members: [] });
      await client.send(new PutCommand({ TableName: name, Item }));
    },
  };
}

/** The seals of the blocks of a deleted account. They stand with its conversations, not in its own partition. */
export function sealRemover({ client, name }: Table): SealRemover {
  return {
    async remove(userId, otherIds) {
      await atMost(PARALLEL, otherIds, async (otherId) => {
        const { id, self } = pairWith(userId, otherId);
        await client.send(new DeleteCommand({ TableName: name, Key: { ...sealKey(id, self) } }));
      });
    },
  };
}
