import { isGroupId, pairById, pairId } from '../../../functions/core/conversations/conversation.ts';
import type { InboxEntry } from '../../../functions/core/inbox/inbox.ts';
import type { LogEntry } from '../../../functions/core/messages/message.ts';
import {
  conversationPartition,
  directoryCountKey,
  MESSAGE_PREFIX,
  presenceKey,
} from '../../../functions/storage/keys.ts';
import { toLogEntry } from '../../../functions/storage/log-entry.ts';
import { checkChanges, checkSummary } from './check-changes.ts';
import { checkGroupEntry, checkGroups } from './check-groups.ts';
import { isMessageOf } from './intent.ts';
import { checkInvitations } from './inviting.ts';
import type { Recency } from './recency.ts';
import { isUnanswered } from './settle.ts';
import type { Simulation } from './simulation.ts';
import { type Shown, shownOf } from './witness.ts';
import type { Person, World } from './world.ts';

type Log = readonly LogEntry[];

/** The rules that must hold once everything has settled. Returns the broken ones. */
export function check(simulation: Simulation, inboxes: ReadonlyMap<string, readonly InboxEntry[]>): void {
  const { world } = simulation;
  const logs = logsOf(simulation);
  for (const [conversation, log] of logs) checkOrder(simulation, conversation, log);
  checkIntents(simulation, logs);
  checkChanges(simulation, logs);
  checkGroups(simulation, logs);
  checkInvitations(world, simulation.inviting);
  checkClients(simulation, logs);
  for (const person of world.living) {
    const expected = new Map([...logs].filter(([id]) => world.rosters.isIn(person.id, id)));
    checkInbox(simulation, person, inboxes.get(person.id) ?? [], expected);
  }
}

function logsOf({ world }: Simulation): ReadonlyMap<string, Log> {
  const pairs = world.people.flatMap((one, i) =>
    world.people.slice(i + 1).map((other) => pairId(one.id, other.id)),
  );
  const logs = [...pairs, ...world.rosters.ids].map((id) => {
    const items = world.state.partition(conversationPartition(id));
    const conversation = world.rosters.conversation(id);
    const entries = items.filter(({ sk }) => String(sk).startsWith(MESSAGE_PREFIX));
    // The log of a group is removed when nobody is in it any more.
    if (conversation.members.length === 0) {
      if (entries.length > 0) world.blame(`${id} has ${entries.length} entries, and nobody is in it`);
      return [id, world.states.log(id)] as const;
    }
    return [id, entries.map((item) => toLogEntry(conversation, item))] as const;
  });
  return new Map(logs.filter(([, log]) => log.length > 0));
}

function checkOrder({ world }: Simulation, conversation: string, log: Log): void {
  log.forEach(({ seq, replyTo = 0 }, i) => {
    if (seq !== i + 1) world.blame(`${conversation} has ${seq} in place ${i + 1}`);
    if (replyTo >= seq) world.blame(`${seq} of ${conversation} answers ${replyTo}, which was not there`);
  });
}

/** Each acknowledged message is stored once, at its number. Each message with a client id is stored in the end. */
function checkIntents({ world, intents }: Simulation, logs: ReadonlyMap<string, Log>): void {
  for (const intent of intents) {
    const { text, conversation, acked, sender, replyTo } = intent;
    const found = (logs.get(conversation) ?? []).filter(isMessageOf(intent));
    const places = found.map(({ seq }) => seq).join(' and ') || 'nowhere';
    if (found.length > 1) world.blame(`"${text}" is stored twice, as ${places}`);
    if (isUnanswered(world, intent)) world.blame(`"${text}" was never acknowledged`);
    if (acked && found[0]?.id !== acked.id) {
      world.blame(`"${text}" was acknowledged as ${acked.seq} and is stored ${places}`);
    }
    if (found.some(({ senderId }) => senderId !== sender.id)) world.blame(`"${text}" has a false sender`);
    if (found.some((one) => one.replyTo !== replyTo)) {
      world.blame(`"${text}" is stored as an answer to ${found[0]?.replyTo}, and answers ${replyTo}`);
    }
  }
}

/** Every client that caught up holds exactly the log, in its present state if it follows changes. */
function checkClients({ world, clients }: Simulation, logs: ReadonlyMap<string, Log>): void {
  for (const client of clients) {
    const { name, person, peer, held } = client;
    if (world.isDeleted(person)) continue;
    for (const [conversation, log] of logs) {
      if (peer && !pairById(conversation)?.members.includes(peer.id)) continue;
      const inWords = ({ seq, id, replyTo, change, text, reactions }: Shown) =>
        `${seq} ${id}${replyTo === undefined ? '' : ` to ${replyTo}`}` +
        (client.follows(conversation) ? ` ${change} ${text} ${reactions}` : '');
      const holds = (held.get(conversation)?.all ?? []).map(inWords).join();
      const visible = log.filter(({ seq }) => seq >= firstFor(world, person, conversation));
      const is = visible.map((one) => inWords(shownOf(one))).join();
      if (holds !== is) world.blame(`${name} holds [${holds}] of ${conversation}, whose log is [${is}]`);
    }
  }
}

/** The first message that a user may see now. Of a conversation of others: none. */
function firstFor({ rosters }: World, { id }: Person, conversation: string): number {
  if (!rosters.isIn(id, conversation)) return Number.POSITIVE_INFINITY;
  return isGroupId(conversation) ? (rosters.stayOf(id, conversation)?.from ?? 1) : 1;
}

/**
 * The least and the most that a member has read, by their receipts, and by what they had seen when they wrote. An answer
 * alone is not a receipt.
 */
function readBounds(
  { receipts, intents, world }: Simulation,
  userId: string,
  conversation: string,
  log: Log,
): readonly [least: number, most: number] {
  const seen = log.flatMap((message) => {
    const { seq, senderId } = message;
    const intent = intents.find((one) => one.conversation === conversation && isMessageOf(one)(message));
    return senderId === userId && intent ? Math.min(intent.read ?? intent.after ?? 0, seq - 1) : [];
  });
  const [least, most] = receipts.bounds(userId, conversation, 'read', log.length);
  // What was said before they came to a group counts as read.
  const before = isGroupId(conversation) ? (world.rosters.stayOf(userId, conversation)?.joined ?? 0) : 0;
  return [Math.max(before, least, ...seen), Math.max(before, most, ...seen)];
}

function checkInbox(
  simulation: Simulation,
  person: Person,
  inbox: readonly InboxEntry[],
  logs: ReadonlyMap<string, Log>,
): void {
  const { id, username } = person;
  const { world, receipts, recency } = simulation;
  const names = inbox.map(({ conversation }) => conversation);
  const missing = [...logs.keys()].filter((conversation) => !names.includes(conversation));
  if (missing.length > 0) world.blame(`${username}'s inbox lacks ${missing.join()}`);
  if (new Set(names).size < names.length || names.some((name) => !logs.has(name))) {
    world.blame(`${username}'s inbox has ${names.join()}`);
  }
  inbox.forEach((lower, i) => {
    const above = inbox.slice(0, i).find((upper) => isAbove(recency, lower, upper));
    if (above) {
      world.blame(
        `${username}'s inbox has ${above.conversation} above ${lower.conversation}, which is more recent`,
      );
    }
  });
  for (const entry of inbox) {
    const { conversation, last, unread, own } = entry;
    if (entry.kind === 'group') checkGroupEntry(world, person, entry);
    const log = logs.get(conversation) ?? [];
    const newest = log.at(-1);
    checkSummary(world, username, entry, newest);
    if (last.seq !== newest?.seq || last.id !== newest.id) {
      world.blame(
        `${username}'s inbox shows ${last.seq} (${last.id}) as the last of ${conversation}, which is ${newest?.seq} (${newest?.id})`,
      );
    }
    const unseen = log.filter(({ seq, senderId, event }) => senderId !== id && !event && seq > own.read);
    if (unread !== unseen.length) world.blame(`${username} has ${unread} unread in ${conversation}`);
    const [peerId = ''] = pairById(conversation)?.members.filter((member) => member !== id) ?? [];
    const shownOfPeer = entry.kind === 'pair' ? [[peerId, entry.peers] as const] : [];
    for (const [userId, shown] of [[id, own] as const, ...shownOfPeer]) {
      // The receipts of a deleted account are deleted with it.
      if (world.isDeleted({ id: userId })) continue;
      const [least, most] = readBounds(simulation, userId, conversation, log);
      const [leastGot, mostGot] = receipts.bounds(userId, conversation, 'received', log.length);
      // The member's own messages directly after that may count too, because they hide nothing.
      const beyond = log.slice(most, shown.read).filter(({ senderId }) => senderId !== userId);
      if (shown.read < least || beyond.length > 0) {
        world.blame(`${username} sees ${userId} at ${shown.read} of ${conversation}, read ${least}–${most}`);
      }
      // Of a peer one sees only what they read, not what has arrived, if either of the two hides their presence.
      const isHidden = userId !== id && [id, userId].some((one) => world.state.get(presenceKey(one))?.hidden);
      const [low, high] = isHidden
        ? [shown.read, shown.read]
        : [Math.max(leastGot, shown.read), Math.max(mostGot, shown.read)];
      if (shown.received < low || shown.received > high) {
        world.blame(`${username} sees ${userId} received ${shown.received}, not ${low}–${high}`);
      }
    }
  }
}

/** Pairs stand as they came to the top, groups by their last entries. Between the two kinds, the times of several clocks decide. */
function isAbove(recency: Recency, one: InboxEntry, other: InboxEntry): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind === 'group') return one.last.createdAt > other.last.createdAt;
  return recency.standsAbove(one.conversation, other.conversation);
}

/** Every user who is there is counted once in both lists, however often the stream delivered them. */
export function checkDirectory({ world }: Simulation): void {
  for (const list of ['users', 'everyone'] as const) {
    const counted = world.state.get(directoryCountKey(list))?.entries;
    if (counted !== world.living.length) world.blame(`${list} counts ${counted} of ${world.living.length}`);
  }
}
