import type { InboxCursor } from '../../../functions/core/inbox/inbox.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import type { Held, SyncPage } from '../../../functions/core/sync/catch-up.ts';
import type { Client } from './client.ts';
import type { Fate } from './fate.ts';

/** No client is this many pages behind. */
const MAX_PAGES = 30;

/** Few, so that a conversation has pages. */
const MESSAGES_AT_ONCE = 10;

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
    const held = heldBy(client);
    const { moment } = client.world.states;
    const got = await page(client, fate, held);
    if (!got) return false;
    client.position = got.position;
    for (const conversation of got.resets) {
      if (!(await beginAnew(client, fate, conversation))) return false;
    }
    if (got.complete) checkStates(client, held, moment);
    if (got.complete && got.resets.length === 0 && client.held.size === known) return true;
  }
  client.world.blame(`${client.name} syncs without end`);
  return false;
}

function heldBy(client: Client): readonly Held[] {
  return [...client.held].map(([id, { length: seq }]) => ({
    id,
    seq,
    ...(client.follows(id) && { change: client.changes.get(id) ?? 0 }),
  }));
}

/** Who has caught up shows no older state than there was when it asked. So it shows no text that was deleted before. */
function checkStates(client: Client, held: readonly Held[], moment: number): void {
  const { world, name, held: all } = client;
  for (const { id: conversation, seq } of held.filter(({ change }) => change !== undefined)) {
    for (const shown of all.get(conversation)?.slice(0, seq) ?? []) {
      if (shown.change >= world.states.changeAt(conversation, shown.seq, moment)) continue;
      world.blame(
        `${name} has caught up, and shows "${shown.text}" as ${shown.seq} of ${conversation}, which had changed before`,
      );
    }
  }
}

async function page(client: Client, fate: Fate, held: readonly Held[]) {
  const { connection, world, person, position: since } = client;
  if (!connection) return undefined;
  const { moment } = world.states;
  const known = held.map(({ id: conversation }) => ({
    last: world.states.lastChange(conversation),
    begun: client.begun(conversation),
  }));
  const outcome = await world.invoke(`sync of ${client.name}`, fate, (functions) =>
    functions.sync({ userId: person.id, held, since }),
  );
  // The reply comes over the asking socket or not at all.
  if (outcome.kind !== 'ok' || client.connection !== connection) return undefined;
  const { messages, changed, changes, inbox } = outcome.value;
  for (const message of [...messages, ...changed]) client.show(message, moment);
  held.forEach(({ id: conversation, change }, i) => {
    const isFollowed = change !== undefined;
    const isTold = changes.has(conversation) || changed.some((one) => one.conversation === conversation);
    if (isTold && !isFollowed)
      world.blame(`${client.name} does not follow ${conversation}, and gets changes`);
    const to = changes.get(conversation);
    // What it held when it asked may be dropped by now.
    if (to !== undefined && client.begun(conversation) === known[i]?.begun) client.reach(conversation, to);
  });
  for (const { conversation } of inbox) client.know(conversation);
  checkResets(client, held, known, outcome.value);
  return outcome.value;
}

/** Whoever has missed many changes begins anew, and nobody else. */
function checkResets(
  { world, name }: Client,
  held: readonly Held[],
  known: readonly { readonly last: number }[],
  { resets, complete }: Pick<SyncPage, 'resets' | 'complete'>,
): void {
  const { resetBehind, states } = world;
  held.forEach(({ id: conversation, change = Number.POSITIVE_INFINITY }, i) => {
    const isReset = resets.includes(conversation);
    const most = states.lastChange(conversation) - change;
    if (isReset && !(most >= resetBehind)) {
      world.blame(`${name} must begin anew with ${conversation}, and has missed ${most} changes`);
    }
    const least = (known[i]?.last ?? 0) - change;
    if (complete && !isReset && least >= resetBehind) {
      world.blame(`${name} has missed ${least} changes of ${conversation}, and need not begin anew`);
    }
  });
}

/** Drops what it holds, and reads from the newest page back. */
async function beginAnew(client: Client, fate: Fate, conversation: string): Promise<boolean> {
  const { world, name, person } = client;
  world.say(`${name} begins anew with ${conversation}`);
  client.drop(conversation);
  const found: Found[] = [];
  let change: number | undefined;
  let before: number | undefined;
  do {
    const { moment } = world.states;
    const outcome = await world.invoke(`messages of ${name}`, fate, (functions) =>
      functions.messages(person.id, conversation, { limit: MESSAGES_AT_ONCE, before }),
    );
    if (outcome.kind !== 'ok') return false;
    const { messages, sides } = outcome.value;
    found.push(...messages.map((message) => ({ message, moment })));
    change ??= outcome.value.change;
    before = sides.older;
  } while (before !== undefined);
  showAll(client, found);
  client.reach(conversation, change ?? 0);
  return true;
}

async function readWholeInbox(client: Client, fate: Fate): Promise<boolean> {
  const { world, person } = client;
  let before: InboxCursor | undefined;
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
  const found: Found[] = [];
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
  showAll(client, found);
  return true;
}

/** A message, and when the request for it began. */
interface Found {
  readonly message: Message;
  readonly moment: number;
}

function showAll(client: Client, found: readonly Found[]): void {
  const inOrder = found.toSorted((a, b) => a.message.seq - b.message.seq);
  for (const { message, moment } of inOrder) client.show(message, moment);
}
