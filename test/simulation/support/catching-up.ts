import { isGroupId } from '../../../functions/core/conversations/conversation.ts';
import type { InboxCursor, InboxEntry } from '../../../functions/core/inbox/inbox.ts';
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
    const known = new Set(client.held.keys());
    const held = heldBy(client);
    const { moment } = client.world.states;
    const got = await page(client, fate, held);
    if (!got) return false;
    client.position = got.position;
    for (const conversation of got.resets) {
      if (!(await beginAnew(client, fate, conversation))) return false;
    }
    if (got.complete) checkStates(client, held, moment);
    const isNothingNew = [...client.held.keys()].every((conversation) => known.has(conversation));
    if (got.complete && got.resets.length === 0 && isNothingNew) return true;
  }
  client.world.blame(`${client.name} syncs without end`);
  return false;
}

function heldBy(client: Client): readonly Held[] {
  return [...client.held].map(([id, { last }]) => ({
    id,
    seq: last,
    ...(client.follows(id) && { change: client.changes.get(id) ?? 0 }),
  }));
}

/** Who has caught up shows no older state than there was when it asked. So it shows no text that was deleted before. */
function checkStates(client: Client, held: readonly Held[], moment: number): void {
  const { world, name, person, held: all } = client;
  for (const { id: conversation, seq: last } of held.filter(({ change }) => change !== undefined)) {
    if (!world.rosters.wasIn(person.id, conversation, moment)) continue;
    for (const shown of all.get(conversation)?.all ?? []) {
      const isHeld = shown.seq <= last;
      if (!isHeld || shown.change >= world.states.changeAt(conversation, shown.seq, moment)) continue;
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
  const known = new Map(
    held.map(({ id }) => [id, { last: world.states.lastChange(id), begun: client.begun(id) }] as const),
  );
  const outcome = await world.invoke(`sync of ${client.name}`, fate, (functions) =>
    functions.sync({ userId: person.id, held, since }),
  );
  // The reply comes over the asking socket or not at all.
  if (outcome.kind !== 'ok' || client.connection !== connection) return undefined;
  const { messages, changed, changes, inbox, gone } = outcome.value;
  for (const conversation of gone) {
    if (world.rosters.wasIn(person.id, conversation, moment)) {
      world.blame(`${client.name} is told that ${conversation} is gone, and is in it`);
    }
    client.forget(conversation);
  }
  for (const entry of inbox) learnEntry(client, entry);
  for (const one of held) leap(client, one, messages);
  for (const message of [...messages, ...changed]) client.show(message, moment);
  held.forEach(({ id: conversation, change }) => {
    const isFollowed = change !== undefined;
    const isTold = changes.has(conversation) || changed.some((one) => one.conversation === conversation);
    if (isTold && !isFollowed)
      world.blame(`${client.name} does not follow ${conversation}, and gets changes`);
    const to = changes.get(conversation);
    // What it held when it asked may be dropped by now.
    if (to !== undefined && client.begun(conversation) === known.get(conversation)?.begun)
      client.reach(conversation, to);
  });
  checkResets(
    client,
    held.filter(({ id }) => world.rosters.wasIn(person.id, id, moment)),
    known,
    outcome.value,
  );
  return outcome.value;
}

/** An entry of the inbox tells what a user may see of a group. */
function learnEntry(client: Client, entry: InboxEntry): void {
  const { world, name, person } = client;
  const { conversation, last } = entry;
  client.know(conversation, entry.kind === 'group' ? entry.from : undefined);
  if (world.rosters.maySee(person.id, conversation, last.seq)) return;
  world.blame(`${name} sees "${last.text}" as the last message of ${conversation}, and was not in it then`);
}

/** The server tells the messages that follow those held. A gap means that the user has come back to the group, and may not see it. */
function leap(client: Client, { id: conversation, seq: last }: Held, messages: readonly Message[]): void {
  const first = messages.find((message) => message.conversation === conversation);
  if (!first || first.seq <= last + 1) return;
  const { world, name, person } = client;
  if (!world.rosters.beginsAt(person.id, conversation, first.seq)) {
    world.blame(
      `${name} holds ${last} messages of ${conversation}, and is told ${first.seq} as the next one`,
    );
  }
  client.know(conversation, first.seq);
}

/** Whoever has missed many changes begins anew, and nobody else. */
function checkResets(
  { world, name }: Client,
  held: readonly Held[],
  known: ReadonlyMap<string, { readonly last: number }>,
  { resets, complete }: Pick<SyncPage, 'resets' | 'complete'>,
): void {
  const { resetBehind, states } = world;
  held.forEach(({ id: conversation, change = Number.POSITIVE_INFINITY }) => {
    const isReset = resets.includes(conversation);
    const most = states.lastChange(conversation) - change;
    if (isReset && !(most >= resetBehind)) {
      world.blame(`${name} must begin anew with ${conversation}, and has missed ${most} changes`);
    }
    const least = (known.get(conversation)?.last ?? 0) - change;
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
  const { moment: began } = world.states;
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
  const first = Math.min(...found.map(({ message }) => message.seq));
  if (
    world.rosters.wasIn(person.id, conversation, began) &&
    !world.rosters.beginsAt(person.id, conversation, first)
  ) {
    world.blame(`${name} reads ${conversation} back to ${first}`);
  }
  if (isGroupId(conversation)) client.know(conversation, first);
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
    for (const entry of outcome.value.entries) learnEntry(client, entry);
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
