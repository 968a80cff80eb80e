import { conversationOf, type Person, register } from '../support/people.ts';
import { Device } from './device.ts';
import { type Member, Record } from './member.ts';
import { Page } from './page.ts';
import type { Random } from './random.ts';

export interface Pair {
  readonly name: string;
  readonly conversation: string;
  /** The most messages that a member sends at once. */
  readonly most: number;
  readonly members: readonly [Member, Member];
}

const count = 20;
/** So many pairs use the client library: one of each kind has both members on pages. */
const pages = new Set([0, 1, 10, 11]);
/** From here on, pairs send several messages in a frame. */
const firstOfBatches = 10;

/** Registers the users, connects their devices, and lets each pair greet. */
export async function openPairs(url: string, random: Random, onAcknowledged: () => void): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let index = 0; index < count; index += 1) {
    const [one, other] = await Promise.all([register(url), register(url)]);
    const conversation = conversationOf(one, other);
    const batches = index >= firstOfBatches;
    const member = (person: Person, peer: Person): Promise<Member> | Member => {
      const record = new Record(onAcknowledged);
      if (pages.has(index)) return Page.open({ url, person, peerId: peer.id, record });
      return new Device({ url, person, peerId: peer.id, conversation, record, random, batches });
    };
    const members = [await member(one, other), await member(other, one)] as const;
    const name = `pair ${index + 1}`;
    const pair = { name, conversation, most: batches ? 10 : 1, members };
    pairs.push(pair);
  }
  return pairs;
}
