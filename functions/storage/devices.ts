import { createHash } from 'node:crypto';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { KnownDevices } from '../core/accounts/attempts.ts';
import { devicesKey } from './keys.ts';
import { isWritten, type Table, toEpochSeconds } from './table.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** A device that was not used for so long is a stranger. */
const KEPT_SECONDS = 90 * DAY_SECONDS;

/** The last ones count. With them the item stays within the 1 KB of one WRU. */
const MOST = 20;

/** Seconds since 1970 of the last log-in, by the hash of a name. */
type Known = Readonly<Record<string, number>>;

export function knownDevices({ client, name }: Table): KnownDevices {
  async function read(userId: string, now: Date): Promise<{ known: Known; revision: number }> {
    const { Item } = await client.send(new GetCommand({ TableName: name, Key: { ...devicesKey(userId) } }));
    const oldest = toEpochSeconds(now) - KEPT_SECONDS;
    const entries = Object.entries((Item?.known ?? {}) as Known).filter(([, at]) => at > oldest);
    return { known: Object.fromEntries(entries), revision: Number(Item?.revision ?? 0) };
  }

  return {
    async knownOf(userId, names, now) {
      const { known } = await read(userId, now);
      return names.map((one) => hashOf(userId, one)).filter((hash) => Object.hasOwn(known, hash));
    },

    async remember(userId, names, now) {
      if (names.length === 0) return;
      const { known, revision } = await read(userId, now);
      const at = toEpochSeconds(now);
      const hashes = names.map((one) => hashOf(userId, one));
      // The day is exact enough, and spares a write at most log-ins.
      if (hashes.every((hash) => (known[hash] ?? 0) > at - DAY_SECONDS)) return;
      const all = { ...known, ...Object.fromEntries(hashes.map((hash) => [hash, at])) };
      const last = Object.entries(all)
        .toSorted(([, one], [, other]) => other - one)
        .slice(0, MOST);
      await isWritten(
        client.send(
          new PutCommand({
            TableName: name,
            Item: {
              ...devicesKey(userId),
              ...{ known: Object.fromEntries(last), revision: revision + 1, ttl: at + KEPT_SECONDS },
            },
            ConditionExpression: 'attribute_not_exists(pk) OR revision = :revision',
            ExpressionAttributeValues: { ':revision': revision },
          }),
        ),
      );
    },

    async forget(userId) {
      await client.send(new DeleteCommand({ TableName: name, Key: { ...devicesKey(userId) } }));
    },
  };
}

/** With the account in it, so that nobody can see which accounts share a device. */
function hashOf(userId: string, name: string): string {
  return createHash('sha256').update(`${userId} ${name}`).digest('base64url').slice(0, 22);
}
