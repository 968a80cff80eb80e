import { isGroupId, pairId } from '../../../functions/core/conversations/conversation.ts';
import { may, type Right } from '../../../functions/core/conversations/rights.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import type { Sent } from '../../../functions/core/messages/send-message.ts';
import { conversationPartition } from '../../../functions/storage/keys.ts';
import { isOneLeaving } from './accounts.ts';
import type { Client } from './client.ts';
import type { Fate } from './fate.ts';
import { faultOfMessage } from './witness.ts';
import type { Person, World } from './world.ts';

/** A message that a user wants to send once, in as many tries as it takes. */
export interface Intent {
  readonly sender: Person;
  /** Undefined for a message to a group. */
  readonly peer: Person | undefined;
  readonly conversation: string;
  readonly text: string;
  /** A message without one is never tried again. */
  readonly clientId: string | undefined;
  readonly after: number | undefined;
  readonly read: number | undefined;
  /** `seq` of the message that it answers. */
  readonly replyTo: number | undefined;
  tries: number;
  /** The message that the server acknowledged. */
  acked: Message | undefined;
  /** The server refused it for good. */
  isGivenUp: boolean;
}

/** The code for a message that a block refuses. */
const BLOCKED = 'cannot_write_to_user';
/** The code for a message to an account that is deleted, or from one. */
const DELETED = 'user_not_found';
/** The code for an answer to a message that was not there. */
const ANSWERS_NOTHING = 'reply_to_invalid';
/** The codes for a message to a group whose sender may not write, or is not in it. */
const NOT_IN_IT = 'conversation_not_found';
const NOT_ALLOWED = 'not_allowed';
/** Errors that mean: try again later. A correct client may get them. */
const TEMPORARY = new Set(['unavailable', 'busy', 'rate_limited', BLOCKED]);
/** Errors that promise that nothing was stored. */
const NOTHING_STORED = new Set([
  ...['busy', 'rate_limited', BLOCKED, DELETED, ANSWERS_NOTHING],
  ...[NOT_IN_IT, NOT_ALLOWED],
]);

/** The user that a message is for, or the id of a group. */
export type Target = Person | string;

export const conversationWith = (person: Person, target: Target): string =>
  typeof target === 'string' ? target : pairId(person.id, target.id);

/** Those without whom the message cannot be. */
export const partiesOf = ({ sender, peer }: Pick<Intent, 'sender' | 'peer'>): readonly Person[] =>
  peer ? [sender, peer] : [sender];

export interface Said {
  readonly number: number;
  readonly isNamed: boolean;
  readonly isLong?: boolean;
  readonly after?: number;
  readonly read?: number;
  readonly replyTo?: number;
}

/** A message without a name is known by its text, and nobody changes it. */
export const isMessageOf =
  ({ clientId, text }: Intent) =>
  (message: { readonly clientId?: unknown; readonly text?: unknown }): boolean =>
    clientId === undefined ? message.text === text : message.clientId === clientId;

/** The longest message, in characters of four bytes each. */
const MAX_CHARACTERS = 4_000;

export function newIntent(
  world: World,
  sender: Person,
  target: Target,
  { number, isNamed, isLong = false, after, read, replyTo }: Said,
): Intent {
  const conversation = conversationWith(sender, target);
  const peer = typeof target === 'string' ? undefined : target;
  const clientId = isNamed ? world.newId() : undefined;
  const name = `m${number}`;
  const text = isLong ? `${name} ${'🦀'.repeat(MAX_CHARACTERS - name.length - 1)}` : name;
  const said = { sender, peer, conversation, text, clientId, after, read, replyTo };
  return { ...said, tries: 0, acked: undefined, isGivenUp: false };
}

/** One try, over a client's socket or, without a client, over HTTP. */
export const trySending = (world: World, intent: Intent, fate: Fate, client?: Client): Promise<void> =>
  trySendingAll(world, [intent], fate, client);

/** One try of several messages of one user in one conversation, in one frame. */
export async function trySendingAll(
  world: World,
  intents: readonly Intent[],
  fate: Fate,
  client?: Client,
): Promise<void> {
  const [{ sender, peer, conversation }] = intents as [Intent];
  for (const intent of intents) intent.tries += 1;
  const after = least(intents.map((one) => one.after));
  const from = client?.connection;
  const way = client ? client.name : `${sender.username} by HTTP`;
  const known = after === undefined ? '' : ` after ${after}`;
  const said = intents
    .map(({ text, tries, read, replyTo }) => {
      const seen = read === undefined ? '' : ` having read ${read}`;
      return `"${text}"${replyTo === undefined ? '' : ` to ${replyTo}`} try ${tries}${seen}`;
    })
    .join(', ');
  world.say(`${way} sends ${said} to ${peer?.username ?? conversation}${known}`);
  const messages = intents.map((one) => ({
    text: one.text,
    clientId: one.clientId,
    replyTo: one.replyTo,
    read: one.read ?? one.after,
  }));
  const before = peer && world.blocks.look(sender.id, peer.id);
  const { moment } = world.states;
  const isThere = ({ replyTo = 0 }: Intent) => world.states.of(conversation, replyTo).length > 0;
  const answering = new Set(intents.filter(isThere));
  const outcome = await world.invokeOver(from?.connectionId, `send ${said}`, fate, (functions) =>
    functions.send(sender, { conversation, messages, after }, from),
  );
  if (outcome.kind === 'lost') return;
  const sent = outcome.kind === 'ok' ? outcome.value : { messages: [], refusal: outcome.error };
  if (outcome.kind === 'error' || !client || client.connection === from) {
    for (const [i, { message }] of sent.messages.entries()) {
      acknowledge(world, intents[i] as Intent, message);
      client?.show(message, moment);
    }
    checkOrder(world, sent.messages);
  }
  if (before && peer && before.changes === world.blocks.look(sender.id, peer.id).changes) {
    const stored = sent.messages.find(({ repeated }) => !repeated);
    const isKept = !isOneLeaving(world, sender, peer);
    if (before.isSealed && isKept && stored) {
      world.blame(`"${stored.message.text}" is stored while one of the two blocks the other`);
    }
    if (before.isOpen && sent.refusal?.code === BLOCKED) {
      world.blame(`"${said}" is refused, but nobody blocks anybody`);
    }
  }
  const refused = intents[sent.messages.length];
  if (!refused || !sent.refusal) return;
  const { code } = sent.refusal;
  checkRefusal(world, refused, moment, code);
  if (code !== ANSWERS_NOTHING) return;
  refused.isGivenUp = true;
  if (refused.replyTo !== undefined && !answering.has(refused)) return;
  world.blame(`"${refused.text}" is refused, and ${refused.replyTo} was there to be answered`);
}

/** As a client does it: the first place that one of them may have. Undefined if one of them does not say it. */
function least(values: readonly (number | undefined)[]): number | undefined {
  return values.includes(undefined) ? undefined : Math.min(...(values as number[]));
}

/** As written, so stored. */
function checkOrder(world: World, sent: Sent['messages']): void {
  const stored = sent.filter(({ repeated }) => !repeated).map(({ message }) => message.seq);
  if (stored.some((seq, i) => i > 0 && seq <= (stored[i - 1] as number))) {
    world.blame(`messages of one frame are stored as ${stored.join()}`);
  }
}

function checkRefusal(world: World, intent: Intent, moment: number, code: string): void {
  const { text, tries, conversation, peer } = intent;
  world.say(`"${text}" is answered with ${code}`);
  const isRight =
    TEMPORARY.has(code) || code === ANSWERS_NOTHING || mayBeRefused(world, intent, moment, code);
  // A block between two of its members is none of a group's business.
  if (!isRight || (code === BLOCKED && !peer)) world.blame(`"${text}" is refused with ${code}`);
  const isStored = world.state.partition(conversationPartition(conversation)).some(isMessageOf(intent));
  if (NOTHING_STORED.has(code) && tries === 1 && isStored) {
    world.blame(`"${text}" is refused with ${code}, but stored`);
  }
}

/** What was so at some time since the try began. */
function mayBeRefused(world: World, intent: Intent, moment: number, code: string): boolean {
  const { sender, peer, conversation } = intent;
  if (peer) return code === DELETED && isOneLeaving(world, sender, peer);
  if (code === NOT_IN_IT) return !world.rosters.wasIn(sender.id, conversation, moment);
  return code === NOT_ALLOWED && mayHaveLacked(world, sender, conversation, 'write', moment);
}

/** Whether a member of a group had no such right at some time since a moment. */
export function mayHaveLacked(
  { rosters }: World,
  { id }: Person,
  conversation: string,
  right: Right,
  moment: number,
): boolean {
  if (!isGroupId(conversation)) return false;
  return rosters.partsSince(id, conversation, moment).some((part) => part && !may(part, right));
}

function acknowledge(world: World, intent: Intent, message: Message): void {
  const { acked, text } = intent;
  world.blame(faultOfMessage(world, message));
  if (message.text !== text && !message.changed)
    world.blame(`"${text}" is acknowledged as "${message.text}"`);
  if (acked && (acked.id !== message.id || acked.seq !== message.seq)) {
    world.blame(
      `"${text}" is acknowledged as ${acked.seq} (${acked.id}) and as ${message.seq} (${message.id})`,
    );
  }
  if (message.replyTo !== intent.replyTo) {
    world.blame(
      `"${text}" answers ${intent.replyTo}, and is acknowledged as an answer to ${message.replyTo}`,
    );
  }
  intent.acked = message;
}
