import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { Busy } from '../core/errors.ts';
import type {
  ConversationSettings,
  PinReader,
  SettingsChange,
  SettingsPlace,
  SettingsStore,
} from '../core/settings/settings.ts';
import { membershipKey, pinsKey } from './keys.ts';
import { batchGet, type Item, ifVersion, type Table, type TransactItem, transact } from './table.ts';

/** Two devices that pin at the same moment make each other try again. */
const MAX_ROUNDS = 5;

interface PinsItem {
  readonly ids?: readonly string[];
  /** One more with each change. */
  readonly version?: number;
}

/** The settings in a membership. */
export function toSettings(item: Item = {}): ConversationSettings {
  const { mutedUntil, pinnedAt, archivedAt, unread = false } = item as Partial<ConversationSettings>;
  return {
    ...(mutedUntil !== undefined && { mutedUntil }),
    ...(pinnedAt !== undefined && { pinnedAt }),
    ...(archivedAt !== undefined && { archivedAt }),
    unread,
  };
}

async function pinsItem({ client, name }: Table, userId: string, ConsistentRead: boolean): Promise<PinsItem> {
  const Key = { ...pinsKey(userId) };
  const { Item = {} } = await client.send(new GetCommand({ TableName: name, Key, ConsistentRead }));
  return Item;
}

export function pinReader(table: Table): PinReader {
  return {
    pinsOf: async (userId) => (await pinsItem(table, userId, false)).ids ?? [],
  };
}

/**
 * The settings are attributes of the membership. The pinned conversations are listed in an item of their own, too, which bounds them
 * and lets the inbox find them. A membership that ends leaves its place in that list, until the list is full.
 */
export function settingsStore(table: Table): SettingsStore {
  const { client, name: TableName, backoff } = table;

  /** The settings as they are now; `not a member` if the membership has ended meanwhile. */
  async function stored({
    userId,
    conversation,
  }: SettingsPlace): Promise<ConversationSettings | 'not a member'> {
    const Key = { ...membershipKey(userId, conversation.id) };
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item ? toSettings(Item) : 'not a member';
  }

  /** The pins with one more; undefined if there are so many already. */
  async function withPin(
    userId: string,
    ids: readonly string[],
    id: string,
    most: number,
  ): Promise<readonly string[] | undefined> {
    if (ids.includes(id)) return ids;
    if (ids.length < most) return [...ids, id];
    const keys = ids.map((one) => membershipKey(userId, one));
    const memberships = await batchGet(table, keys, { consistent: true });
    const left = ids.filter((_, i) => toSettings(memberships[i]).pinnedAt !== undefined);
    return left.length < most ? [...left, id] : undefined;
  }

  const listing = (userId: string, ids: readonly string[], version: number | undefined): TransactItem => ({
    Put: {
      TableName,
      Item: { ...pinsKey(userId), ids: [...ids], version: (version ?? 0) + 1 },
      ...ifVersion(version),
    },
  });

  return {
    async change(place, change, { now, mostPins }) {
      const { userId, conversation } = place;
      const membership = { Update: { TableName, ...updateOf(place, change, now) } };
      if (change.pinned === undefined) {
        const failed = await transact(table, [membership]);
        return failed.length > 0 ? 'not a member' : stored(place);
      }
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        if (round > 0) await backoff(round - 1);
        const { ids = [], version } = await pinsItem(table, userId, true);
        const next = change.pinned
          ? await withPin(userId, ids, conversation.id, mostPins)
          : ids.filter((id) => id !== conversation.id);
        if (!next) return 'full';
        const failed = await transact(table, [membership, listing(userId, next, version)]);
        if (failed.length === 0) return stored(place);
        if (failed.includes(0)) return 'not a member';
      }
      throw new Busy();
    },
  };
}

/** The update of a membership. That of a group begins when somebody joins it, and one that has ended does not come back. */
function updateOf({ userId, conversation }: SettingsPlace, change: SettingsChange, now: Date) {
  const { mutedUntil, pinned, archived, unread } = change;
  const sets = [
    mutedUntil && 'mutedUntil = :mutedUntil',
    pinned && 'pinnedAt = if_not_exists(pinnedAt, :now)',
    archived && 'archivedAt = :now',
    unread && 'unread = :true',
  ].filter(Boolean);
  const removes = [
    mutedUntil === null && 'mutedUntil',
    pinned === false && 'pinnedAt',
    archived === false && 'archivedAt',
    unread === false && 'unread',
  ].filter(Boolean);
  const values = {
    ...(mutedUntil && { ':mutedUntil': mutedUntil }),
    ...((pinned || archived) && { ':now': now.toISOString() }),
    ...(unread && { ':true': true }),
  };
  return {
    Key: { ...membershipKey(userId, conversation.id) },
    UpdateExpression: [
      sets.length > 0 ? `SET ${sets.join(', ')}` : [],
      removes.length > 0 ? `REMOVE ${removes.join(', ')}` : [],
    ]
      .flat()
      .join(' '),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ...(conversation.kind === 'group' && {
      ConditionExpression: 'attribute_exists(#role)',
      ExpressionAttributeNames: { '#role': 'role' },
    }),
  };
}
