import type { Connection } from '../../../functions/core/connections/connection.ts';
import { isGroupId } from '../../../functions/core/conversations/conversation.ts';
import { may } from '../../../functions/core/conversations/rights.ts';
import { type ParleyError, VersionConflict } from '../../../functions/core/errors.ts';
import { isDeleted, type Message } from '../../../functions/core/messages/message.ts';
import { isOneLeaving } from './accounts.ts';
import type { Certainty } from './blocking.ts';
import type { Client } from './client.ts';
import type { Fate } from './fate.ts';
import type { Functions } from './functions.ts';
import { type Intent, mayHaveLacked } from './intent.ts';
import { changeOf } from './message-states.ts';
import { faultOfMessage, reactionsTo } from './witness.ts';
import type { Person, World } from './world.ts';

export type ChangeKind = 'edit' | 'delete' | 'react' | 'unreact';

/** What a user wants to make of a message, in as many tries as it takes. */
export interface ChangeIntent {
  readonly kind: ChangeKind;
  readonly by: Person;
  /** Undefined in a group. */
  readonly peer: Person | undefined;
  readonly conversation: string;
  readonly seq: number;
  /** Of an edit: no other one has the same text. */
  readonly text: string;
  /** Of an edit: the version that it is based on. */
  readonly version: number;
  /** Of a reaction. */
  readonly emoji: string;
  /** All that this user wants of this emoji at this message, in order. */
  readonly alike: readonly ChangeIntent[];
  tries: number;
  isAcked: boolean;
}

interface Wanted {
  readonly kind: ChangeKind;
  readonly by: Person;
  /** The message, and its number. */
  readonly of: Intent;
  readonly seq: number;
  readonly version: number;
  readonly isLong: boolean;
  readonly emoji: string;
}

/** What each change may be refused with, beside what any may. */
const REFUSALS: Readonly<Record<ChangeKind, readonly string[]>> = {
  edit: [
    ...['not_your_message', 'version_conflict', 'message_deleted', 'cannot_write_to_user', 'user_not_found'],
    'not_allowed',
  ],
  delete: ['not_your_message'],
  react: ['message_deleted', 'cannot_write_to_user', 'user_not_found'],
  unreact: [],
};
const REFUSALS_OF_ANY = ['unavailable', 'busy', 'message_not_found', 'conversation_not_found'];

/** As long as the longest message. */
const LONG = 3_900;

/** What was certain when a try began. */
interface Before {
  readonly moment: number;
  /** Of a pair. */
  readonly blocks: Certainty | undefined;
}

/** All edits, deletions and reactions that users tried. */
export class Changes {
  readonly all: ChangeIntent[] = [];
  readonly #alike = new Map<string, ChangeIntent[]>();

  wanted({ kind, by, of, seq, version, isLong, emoji }: Wanted): ChangeIntent {
    const { conversation, sender, peer, text } = of;
    const name = `${text.split(' ')[0]} edit ${this.all.length + 1}`;
    const what = `${by.id} ${conversation} ${seq} ${emoji}`;
    const alike = this.#alike.get(what) ?? [];
    this.#alike.set(what, alike);
    const intent: ChangeIntent = {
      ...{ kind, by, conversation, seq, version, emoji, alike },
      peer: peer && (by === sender ? peer : sender),
      text: isLong ? `${name} ${'🦀'.repeat(LONG)}` : name,
      tries: 0,
      isAcked: false,
    };
    this.all.push(intent);
    alike.push(intent);
    return intent;
  }
}

/** One try, over a client's socket or, without a client, over HTTP. */
export async function tryChanging(
  world: World,
  intent: ChangeIntent,
  fate: Fate,
  client?: Client,
): Promise<void> {
  const { kind, by, peer, conversation, seq } = intent;
  intent.tries += 1;
  const from = client?.connection;
  const words = `${client?.name ?? `${by.username} by HTTP`}: ${described(intent)} of ${conversation}`;
  world.say(`${words}, try ${intent.tries}`);
  const before = { moment: world.states.moment, blocks: peer && world.blocks.look(by.id, peer.id) };
  const outcome = await world.invokeOver(from?.connectionId, words, fate, (functions) =>
    apply(functions, intent, from),
  );
  if (outcome.kind === 'lost') return;
  if (outcome.kind === 'error') return judge(world, intent, before, words, outcome.error);
  const message = outcome.value;
  intent.isAcked = true;
  world.blame(faultOfMessage(world, message));
  if (message.senderId !== by.id && !mayChangeThoseOfOthers(world, intent, before)) {
    world.blame(`"${words}" changes a message of somebody else`);
  }
  if (
    isGroupId(conversation) &&
    !world.rosters.partsSince(by.id, conversation, before.moment).some(Boolean)
  ) {
    world.blame(`"${words}" is acknowledged, and ${by.username} is not in it`);
  }
  if (!isDone(intent, message)) {
    world.blame(`"${words}" is acknowledged as "${message.text}" with "${reactionsTo(message)}"`);
  }
  if (changeOf(message) < world.states.changeAt(conversation, seq, before.moment)) {
    world.blame(`"${words}" is answered with an older state`);
  }
  const wasSealed = before.blocks?.isSealed && isSame(world, intent, before) && isOnlyTry(intent);
  if (peer && isWritten(kind) && wasSealed && !isOneLeaving(world, by, peer)) {
    world.blame(`"${words}" is stored while one of the two blocks the other`);
  }
  if (client && client.connection === from) client.learn(message);
}

function described({ kind, seq, text, version, emoji }: ChangeIntent): string {
  switch (kind) {
    case 'edit':
      return `edit ${seq} at version ${version} to "${text}"`;
    case 'delete':
      return `delete ${seq}`;
    case 'react':
      return `react with ${emoji} to ${seq}`;
    case 'unreact':
      return `take ${emoji} back from ${seq}`;
  }
}

function apply(functions: Functions, intent: ChangeIntent, from: Connection | undefined): Promise<Message> {
  const { kind, by, conversation, seq, text, version, emoji } = intent;
  const place = { conversation, seq };
  switch (kind) {
    case 'edit':
      return functions.edit(by.id, { ...place, text, version }, from);
    case 'delete':
      return functions.remove(by.id, place, from);
    case 'react':
      return functions.react(by.id, { ...place, emoji }, from);
    case 'unreact':
      return functions.unreact(by.id, { ...place, emoji }, from);
  }
}

/** The message is as the user wanted it. */
export function isDone({ kind, by, text, emoji }: ChangeIntent, message: Message): boolean {
  const hasReacted = message.changed?.reactions?.[emoji]?.includes(by.id) ?? false;
  switch (kind) {
    case 'edit':
      return message.text === text;
    case 'delete':
      return isDeleted(message);
    case 'react':
      return hasReacted;
    case 'unreact':
      return !hasReacted;
  }
}

/** Blocks and deletions end it, and something new is stored. */
const isWritten = (kind: ChangeKind): boolean => kind === 'edit' || kind === 'react';

/** No other try can have brought about what this one wants. */
const isOnlyTry = ({ tries, kind, alike }: ChangeIntent): boolean =>
  tries === 1 && (kind === 'edit' || alike.length === 1);

/** Nobody has changed a block meanwhile. */
const isSame = (world: World, { by, peer }: ChangeIntent, before: Before): boolean =>
  peer !== undefined && before.blocks?.changes === world.blocks.look(by.id, peer.id).changes;

/** Everybody reacts to any message, and in a group some delete any. */
function mayChangeThoseOfOthers(
  world: World,
  { kind, by, conversation }: ChangeIntent,
  { moment }: Before,
): boolean {
  if (kind === 'edit') return false;
  if (kind !== 'delete') return true;
  if (!isGroupId(conversation)) return false;
  return world.rosters.partsSince(by.id, conversation, moment).some((part) => part && may(part, 'delete'));
}

/** The message cannot be changed, or was not one that this user may see. */
function isOutOfSight(
  { rosters, states }: World,
  { by, conversation, seq }: ChangeIntent,
  moment: number,
): boolean {
  const [message] = states.of(conversation, seq);
  if (!message) return states.changeAt(conversation, seq, moment) === 0;
  if (!isGroupId(conversation)) return false;
  const parts = rosters.partsSince(by.id, conversation, moment);
  return message.event !== undefined || parts.some((part) => part && seq < part.from);
}

function judge(world: World, intent: ChangeIntent, before: Before, words: string, error: ParleyError): void {
  const { by, peer, conversation, seq, version, kind } = intent;
  const states = world.states.of(conversation, seq);
  world.say(`"${words}" is answered with ${error.code}`);
  // Of a reaction to a message that was deleted since, nothing is left.
  const stored = kind === 'react' ? states.slice(-1) : states;
  const isStored = isWritten(kind) && stored.some((state) => isDone(intent, state));
  if (isOnlyTry(intent) && isStored && error.code !== 'unavailable') {
    world.blame(`"${words}" is refused with ${error.code}, but stored`);
  }
  const isRight = {
    unavailable: true,
    busy: true,
    not_your_message: states[0]?.senderId !== by.id,
    conversation_not_found: !world.rosters.wasIn(by.id, conversation, before.moment),
    not_allowed: mayHaveLacked(world, by, conversation, 'write', before.moment),
    message_not_found: isOutOfSight(world, intent, before.moment),
    version_conflict: isRightConflict(world, error, version),
    message_deleted: states.some(isDeleted),
    cannot_write_to_user: peer && !(before.blocks?.isOpen && isSame(world, intent, before)),
    user_not_found: peer && isOneLeaving(world, by, peer),
  }[error.code];
  const isPossible = [...REFUSALS_OF_ANY, ...REFUSALS[kind]].includes(error.code);
  if (!isRight || !isPossible) world.blame(`"${words}" is refused with ${error.code}`);
}

function isRightConflict(world: World, error: ParleyError, version: number): boolean {
  if (!(error instanceof VersionConflict)) return false;
  world.blame(faultOfMessage(world, error.present));
  return (error.present.changed?.version ?? 1) !== version;
}
