import { pairId, pairWith } from '../../../functions/core/conversations/conversation.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import { conversationPartition } from '../../../functions/storage/keys.ts';
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
  tries: number;
  /** The message that the server acknowledged. */
  acked: Message | undefined;
}

/** Errors that mean: try again later. A correct client may get them. */
const TEMPORARY = new Set(['unavailable', 'busy', 'rate_limited']);
/** Errors that promise that nothing was stored. */
const NOTHING_STORED = new Set(['busy', 'rate_limited']);

export interface Said {
  readonly number: number;
  readonly isNamed: boolean;
  readonly isLong?: boolean;
  readonly after?: number;
  readonly read?: number;
}

/** The longest message, in characters of four bytes each. */
const MAX_CHARACTERS = 4_000;

export function newIntent(
  world: World,
  sender: Person,
  peer: Person,
  { number, isNamed, isLong = false, after, read }: Said,
): Intent {
  const conversation = pairId(sender.id, peer.id);
  const clientId = isNamed ? world.newId() : undefined;
  const name = `m${number}`;
  const text = isLong ? `${name} ${'🦀'.repeat(MAX_CHARACTERS - name.length - 1)}` : name;
  return { sender, peer, conversation, text, clientId, after, read, tries: 0, acked: undefined };
}

/** One try, over a client's socket or, without a client, over HTTP. */
export async function trySending(world: World, intent: Intent, fate: Fate, client?: Client): Promise<void> {
  const { sender, peer, text, clientId, after, read, conversation } = intent;
  intent.tries += 1;
  const from = client?.connection;
  const way = client ? client.name : `${sender.username} by HTTP`;
  const known = `${after === undefined ? '' : ` after ${after}`}${read === undefined ? '' : `, having read ${read}`}`;
  world.say(`${way} sends "${text}" to ${peer.username}${known}, try ${intent.tries}`);
  const name = `send "${text}" try ${intent.tries}`;
  const outcome = await world.invokeOver(from?.connectionId, name, fate, (functions) =>
    functions.send(
      sender.username,
      { conversation: pairWith(sender.id, peer.id), text, clientId, after, read },
      from,
    ),
  );
  if (outcome.kind === 'ok') {
    if (client && client.connection !== from) return;
    acknowledge(world, intent, outcome.value.message);
    client?.show(outcome.value.message);
  } else if (outcome.kind === 'error') {
    const { code } = outcome.error;
    world.say(`"${text}" is answered with ${code}`);
    if (!TEMPORARY.has(code)) world.blame(`"${text}" is refused with ${code}`);
    const isStored = world.state
      .partition(conversationPartition(conversation))
      .some((item) => item.text === text);
    if (NOTHING_STORED.has(code) && intent.tries === 1 && isStored) {
      world.blame(`"${text}" is refused with ${code}, but stored`);
    }
  }
}

function acknowledge(world: World, intent: Intent, message: Message): void {
  const { acked, text } = intent;
  world.blame(faultOfMessage(world.state, message));
  if (message.text !== text) world.blame(`"${text}" is acknowledged as "${message.text}"`);
  if (acked && (acked.id !== message.id || acked.seq !== message.seq)) {
    world.blame(
      `"${text}" is acknowledged as ${acked.seq} (${acked.id}) and as ${message.seq} (${message.id})`,
    );
  }
  intent.acked = message;
}
