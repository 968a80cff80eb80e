import { pairId, pairWith } from '../../../functions/core/conversations/conversation.ts';
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
  readonly peer: Person;
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
/** Errors that mean: try again later. A correct client may get them. */
const TEMPORARY = new Set(['unavailable', 'busy', 'rate_limited', BLOCKED]);
/** Errors that promise that nothing was stored. */
const NOTHING_STORED = new Set(['busy', 'rate_limited', BLOCKED, DELETED, ANSWERS_NOTHING]);

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
  peer: Person,
  { number, isNamed, isLong = false, after, read, replyTo }: Said,
): Intent {
  const conversation = pairId(sender.id, peer.id);
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
  world.say(`${way} sends ${said} to ${peer.username}${known}`);
  const messages = intents.map((one) => ({
    text: one.text,
    clientId: one.clientId,
    replyTo: one.replyTo,
    read: one.read ?? one.after,
  }));
  const before = world.blocks.look(sender.id, peer.id);
  const { moment } = world.states;
  const isThere = ({ replyTo = 0 }: Intent) => world.states.of(conversation, replyTo).length > 0;
  const answering = new Set(intents.filter(isThere));
  const outcome = await world.invokeOver(from?.connectionId, `send ${said}`, fate, (functions) =>
    functions.send(sender.username, { conversation: pairWith(sender.id, peer.id), messages, after }, from),
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
  const isSame = before.changes === world.blocks.look(sender.id, peer.id).changes;
  const stored = sent.messages.find(({ repeated }) => !repeated);
  const isKept = !isOneLeaving(world, sender, peer);
  if (before.isSealed && isKept && isSame && stored) {
    world.blame(`"${stored.message.text}" is stored while one of the two blocks the other`);
  }
  if (before.isOpen && isSame && sent.refusal?.code === BLOCKED) {
    world.blame(`"${said}" is refused, but nobody blocks anybody`);
  }
  const refused = intents[sent.messages.length];
  if (!refused || !sent.refusal) return;
  const { code } = sent.refusal;
  checkRefusal(world, refused, conversation, code);
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

function checkRefusal(world: World, intent: Intent, conversation: string, code: string): void {
  const { text, tries, sender, peer } = intent;
  world.say(`"${text}" is answered with ${code}`);
  const isDeleted = code === DELETED && isOneLeaving(world, sender, peer);
  if (!TEMPORARY.has(code) && !isDeleted && code !== ANSWERS_NOTHING)
    world.blame(`"${text}" is refused with ${code}`);
  const isStored = world.state.partition(conversationPartition(conversation)).some(isMessageOf(intent));
  if (NOTHING_STORED.has(code) && tries === 1 && isStored) {
    world.blame(`"${text}" is refused with ${code}, but stored`);
  }
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
