import type { InboxPosition } from '../../../functions/core/inbox/inbox.ts';
import type { Client } from './client.ts';
import type { Fate } from './fate.ts';

/** No client is this many pages behind. */
const MAX_PAGES = 30;

/** Brings a client up to date. Returns false if it did not get through. */
export async function synchronize(client: Client, fate: Fate): Promise<boolean> {
  client.world.say(`${client.name} catches up`);
  if (client.peer) return readAllHistory(client, fate, client.peer.id);
  if (client.position === undefined) {
    // The position comes first. The next sync then has what comes to the top while the inbox is paged.
    const first = await page(client, fate, []);
    if (!first || !(await readWholeInbox(client, fate))) return false;
    client.position = first.position;
  }
  for (let i = 0; i < MAX_PAGES; i += 1) {
    const known = client.held.size;
    const held = [...client.held].map(([conversation, { length: seq }]) => ({ conversation, seq }));
    const got = await page(client, fate, held);
    if (!got) return false;
    client.position = got.position;
    if (got.complete && client.held.size === known) return true;
  }
  client.world.blame(`${client.name} syncs without end`);
  return false;
}

async function page(client: Client, fate: Fate, held: readonly { conversation: string; seq: number }[]) {
  const { connection, world, person, position: since } = client;
  if (!connection) return undefined;
  const outcome = await world.invoke(`sync of ${client.name}`, fate, (functions) =>
    functions.sync({ userId: person.id, held, since }),
  );
  // The reply comes over the asking socket or not at all.
  if (outcome.kind !== 'ok' || client.connection !== connection) return undefined;
  for (const message of outcome.value.messages) client.show(message);
  for (const { conversation } of outcome.value.inbox) client.know(conversation);
  return outcome.value;
}

async function readWholeInbox(client: Client, fate: Fate): Promise<boolean> {
  const { world, person } = client;
  let before: InboxPosition | undefined;
  do {
    const outcome = await world.invoke(`inbox of ${client.name}`, fate, (functions) =>
      functions.inbox({ userId: person.id, limit: 2, before }),
    );
    if (outcome.kind !== 'ok') return false;
    for (const { conversation } of outcome.value.entries) client.know(conversation);
    before = outcome.value.next;
  } while (before);
  return true;
}

/** As in the original protocol: page after page of the history, newest first. */
async function readAllHistory(client: Client, fate: Fate, peerId: string): Promise<boolean> {
  const { world, person } = client;
  const found = [];
  for (let offset = 0; ; ) {
    const outcome = await world.invoke(`history of ${client.name}`, fate, (functions) =>
      functions.history(person.id, peerId, offset),
    );
    if (outcome.kind !== 'ok') return false;
    const { messages } = outcome.value;
    found.push(...messages);
    offset += messages.length;
    if (messages.length === 0) break;
  }
  for (const message of found.toSorted((a, b) => a.seq - b.seq)) client.show(message);
  return true;
}
