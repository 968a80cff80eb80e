import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import type { LogEntry } from '../../functions/core/messages/message.ts';
import { areApart, type StoredPresence } from '../../functions/core/presence/presence.ts';
import { messageFrame } from '../../functions/protocol/server-frames.ts';
import { conversationPartition, MESSAGE_PREFIX } from '../../functions/storage/keys.ts';
import { fromLogEntry, toLogEntry } from '../../functions/storage/log-entry.ts';
import type { Plant } from './support/capabilities.ts';
import { explore } from './support/explore.ts';

/** A checker that never fails proves nothing. Each of these tests replaces correct code by one bug. */
const caught = (plant: Plant, seed = 1) => explore({ runs: 200, seed, plant, patienceMs: 0 });

test('delivery before the write is caught', { timeout: 120_000 }, async () => {
  const deliversFirst: Plant = (capabilities) => {
    const { log, connections, gateway, system } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        async append(conversation, entry) {
          const open = await connections.of(conversation.members, system.now());
          for (const { userId, connectionId, conversation: its } of open.flat()) {
            const reader = userId === entry.senderId ? 'sender' : 'others';
            if (its !== '') continue;
            await gateway.post(connectionId, JSON.stringify(messageFrame(entry, 'somebody', reader)));
          }
          return log.append(conversation, entry);
        },
      },
    };
  };
  expect(await caught(deliversFirst)).toMatch(/is shown as \d+ of .*, where the table has undefined/);
});

test('an unconditional put is caught', { timeout: 120_000 }, async () => {
  const putsBlindly: Plant = (capabilities) => {
    const { table, log } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        async append(conversation, entry) {
          const Item = fromLogEntry(conversation, entry);
          await table.client.send(new PutCommand({ TableName: table.name, Item }));
          return true;
        },
      },
    };
  };
  expect(await caught(putsBlindly)).toMatch(
    /where the table has "m\d+[^"]*"|and saw "m\d+[^"]*" there|is acknowledged as .* and as|is stored nowhere/,
  );
});

test('a retry that does not search for its client id is caught', { timeout: 120_000 }, async () => {
  const forgetsNames: Plant = (capabilities) => {
    const { log } = capabilities;
    const nameless = ({ clientId: _, ...entry }: LogEntry): LogEntry => ({
      ...entry,
      recent: new Uint8Array(),
    });
    return {
      ...capabilities,
      log: {
        ...log,
        async end(conversation) {
          const { last, isSealed } = await log.end(conversation);
          return { last: last && nameless(last), isSealed };
        },
        at: async (...args) => (await log.at(...args)).map(nameless),
      },
    };
  };
  expect(await caught(forgetsNames)).toMatch(/is stored twice|is acknowledged as .* and as/);
});

test('a block that an eventually consistent read may miss is caught', {
  timeout: 120_000,
}, async () => {
  const looksAtPresences: Plant = (capabilities) => {
    const { log, presences } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        async end(conversation) {
          const [one, other] = (await presences.of(conversation.members)) as [StoredPresence, StoredPresence];
          return { ...(await log.end(conversation)), isSealed: areApart(one, other) };
        },
      },
    };
  };
  expect(await caught(looksAtPresences, 62)).toMatch(/is stored while one of the two blocks the other/);
});

test('a connection item that is restored for every sender of a frame is caught', {
  timeout: 120_000,
}, async () => {
  const asksNobody: Plant = (capabilities) => {
    const { sessions } = capabilities;
    return { ...capabilities, sessions: { ...sessions, isLive: async () => true } };
  };
  expect(await caught(asksNobody, 7)).toMatch(/outlives its session|of an ended session is open/);
});

test('a refresh whose lost answer ends the session is caught', { timeout: 120_000 }, async () => {
  const allowsOneUse: Plant = (capabilities) => {
    const { sessions } = capabilities;
    return {
      ...capabilities,
      sessions: {
        ...sessions,
        async rotate(...args) {
          const outcome = await sessions.rotate(...args);
          return typeof outcome === 'string' ? outcome : { ...outcome, replacedHash: undefined };
        },
      },
    };
  };
  expect(await caught(allowsOneUse)).toMatch(/is logged out, because an answer got lost/);
});

test('a search for single messages in one Query, which ends early, is caught', {
  timeout: 120_000,
}, async () => {
  const looksOnce: Plant = (capabilities) => {
    const { log, table } = capabilities;
    const { client, name: TableName } = table;
    return {
      ...capabilities,
      log: {
        ...log,
        async at(conversation, seqs) {
          const { Items = [] } = await client.send(
            new QueryCommand({
              TableName,
              ConsistentRead: true,
              KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
              ExpressionAttributeValues: {
                ':pk': conversationPartition(conversation.id),
                ':prefix': MESSAGE_PREFIX,
              },
              ScanIndexForward: false,
              Limit: 100,
            }),
          );
          return Items.map((item) => toLogEntry(conversation, item)).filter(({ seq }) => seqs.includes(seq));
        },
      },
    };
  };
  expect(await caught(looksOnce, 6)).toMatch(
    /is stored twice|is acknowledged as .* and as|is refused with message_not_found/,
  );
});

test('an answer that counts as a receipt for everything is caught', { timeout: 120_000 }, async () => {
  const readsAll: Plant = (capabilities) => {
    const { log } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        append: (conversation, entry) => log.append(conversation, { ...entry, read: entry.seq }),
      },
    };
  };
  expect(await caught(readsAll)).toMatch(/sees u\d at \d+ of /);
});
