import { messageKey } from '../../../functions/storage/keys.ts';
import type { Client } from './client.ts';
import type { Fate } from './fate.ts';

type Kind = 'read' | 'received';

interface Attempt {
  readonly userId: string;
  readonly conversation: string;
  readonly kind: Kind;
  readonly seq: number;
  /** The server confirmed that it is stored. */
  isAcked: boolean;
}

/** In a group, the last message may be of somebody who has come since the roster was read: then it is busy. */
const REFUSALS = ['unavailable', 'conversation_not_found', 'busy'];

/** All receipts that clients tried to move. */
export class ReceiptAttempts {
  readonly #attempts: Attempt[] = [];

  async move(client: Client, kind: Kind, conversation: string, seq: number, fate: Fate): Promise<void> {
    const { world, connection, person } = client;
    if (!connection) return;
    // A receipt past the end is accepted too, and changes nothing.
    const isReached = world.state.get(messageKey(conversation, seq)) !== undefined;
    const attempt: Attempt = { userId: person.id, conversation, kind, seq, isAcked: false };
    this.#attempts.push(attempt);
    world.say(`${client.name} moves the receipt ${kind} of ${conversation} to ${seq}`);
    const outcome = await world.invoke(`${kind} ${seq} by ${client.name}`, fate, (functions) =>
      functions[kind](connection, conversation, seq),
    );
    // A receipt that does not move is already there, or past the end, or (a delivery receipt) comes too soon.
    if (outcome.kind === 'ok') attempt.isAcked = isReached && (kind === 'read' || outcome.value.moved);
    if (outcome.kind === 'error' && !REFUSALS.includes(outcome.error.code)) {
      world.blame(`a receipt is refused with ${outcome.error.code}`);
    }
  }

  /** The range in which the receipt must be, in a log of this length. */
  bounds(
    userId: string,
    conversation: string,
    kind: Kind,
    length: number,
  ): readonly [least: number, most: number] {
    const seqs = (isAcked: boolean) =>
      this.#attempts
        .filter((one) => one.userId === userId && one.conversation === conversation && one.kind === kind)
        .filter((one) => one.seq <= length && (one.isAcked || !isAcked))
        .map(({ seq }) => seq);
    return [0, 0].map((zero, i) => Math.max(zero, ...seqs(i === 0))) as [number, number];
  }
}
