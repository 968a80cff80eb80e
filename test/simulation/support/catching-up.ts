import type { InboxPosition } from '../../../functions/core/inbox/inbox.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import type { Followed } from '../../../functions/core/sync/catch-up.ts';
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
    const held = [...client.held].map(([id, { length: seq }]) => ({
      id,
      seq,
      change: client.changes.get(id) ?? 0,
    }));
    const { moment } = client.world.states;
    const got = await page(client, fate, held);
    if (!got) return false;
    client.position = got.position;
    if (got.complete) checkStates(client, held, moment);
    if (got.complete && client.held.size === known) return true;
  }
  client.world.blame(`${client.name} syncs without end`);
  return false;
}

/** Who has caught up shows no older state than there was when it asked. So it shows no text that was deleted before. */
function checkStates({ world, name, held: all }: Client, held: readonly Followed[], moment: number): void {
  for (const { id: conversation, seq } of held) {
    for (const shown of all.get(conversation)?.slice(0, seq) ?? []) {
      if (shown.change >= world.states.changeAt(conversation, shown.seq, moment)) continue;
      world.blame(
        `${name} has caught up, and shows "${shown.text}" as ${shown.seq} of ${conversation}, which had changed before`,
      );
    }
  }
}

async function page(client: Client, fate: Fate, held: readonly Followed[]) {
  const { connection, world, person, position: since } = client;
  if (!connection) return undefined;
  const { moment } = world.states;
  const outcome = await world.invoke(`sync of ${client.name}`, fate, (functions) =>
    functions.sync({ userId: person.id, held, since }),
  );
  // The reply comes over the asking socket or not at all.
  if (outcome.kind !== 'ok' || client.connection !== connection) return undefined;
  const { messages, changed, changes, resets, inbox } = outcome.value;
  for (const message of [...messages, ...changed]) client.show(message, moment);
  for (const [conversation, change] of changes) client.reach(conversation, change);
  for (const { conversation } of inbox) client.know(conversation);
  // Nobody makes a thousand changes here.
  if (resets.length > 0) world.blame(`${client.name} must begin anew with ${resets.join()}`);
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
  const found: { readonly message: Message; readonly moment: number }[] = [];
  for (let offset = 0; ; ) {
    const { moment } = world.states;
    const outcome = await world.invoke(`history of ${client.name}`, fate, (functions) =>
      functions.history(person.id, peerId, offset),
    );
    if (outcome.kind !== 'ok') return false;
    const { messages } = outcome.value;
    found.push(...messages.map((message) => ({ message, moment })));
    offset += messages.length;
    if (messages.length === 0) break;
  }
  const inOrder = found.toSorted((a, b) => a.message.seq - b.message.seq);
  for (const { message, moment } of inOrder) client.show(message, moment);
  return true;
}
