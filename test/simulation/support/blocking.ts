import { pairId } from '../../../functions/core/conversations/conversation.ts';
import { isOneLeaving } from './accounts.ts';
import type { Fate } from './fate.ts';
import type { Person, World } from './world.ts';

/** What is known about the block of one user by another. */
interface Block {
  /** Undefined while a change is under way, and after one whose answer did not come. */
  isBlocked: boolean | undefined;
  /** Grows with each change that begins. */
  changes: number;
  running: number;
  /** A function that was killed may still have done its last write afterwards, whatever came since. */
  isDoubtful: boolean;
}

/** What was certain at a moment about the two blocks of a pair. */
export interface Certainty {
  /** One of them blocks the other. */
  readonly isSealed: boolean;
  /** None blocks the other. */
  readonly isOpen: boolean;
  readonly changes: number;
}

/** All blocks that users asked for, and what they must have brought about. */
export class Blocks {
  readonly #blocks = new Map<string, Block>();

  #of(by: string, other: string): Block {
    const name = `${by} ${other}`;
    const known = this.#blocks.get(name) ?? { isBlocked: false, changes: 0, running: 0, isDoubtful: false };
    this.#blocks.set(name, known);
    return known;
  }

  look(one: string, other: string): Certainty {
    const both = [this.#of(one, other), this.#of(other, one)];
    return {
      isSealed: both.some(({ isBlocked, isDoubtful }) => isBlocked === true && !isDoubtful),
      isOpen: both.every(({ isBlocked, isDoubtful }) => isBlocked === false && !isDoubtful),
      changes: both.reduce((sum, { changes }) => sum + changes, 0),
    };
  }

  /** A user blocks another one, or ends that. */
  async change(world: World, by: Person, other: Person, isBlocked: boolean, fate: Fate): Promise<void> {
    const words = `${by.username} ${isBlocked ? 'blocks' : 'unblocks'} ${other.username}`;
    world.say(words);
    const block = this.#of(by.id, other.id);
    block.changes += 1;
    block.running += 1;
    block.isBlocked = undefined;
    const mine = block.changes;
    const wasAlone = block.running === 1;
    const outcome = await world.invoke(words, fate, ({ block, unblock }) =>
      (isBlocked ? block : unblock)(by.id, other.id),
    );
    block.running -= 1;
    if (outcome.kind === 'lost') block.isDoubtful = !world.isCalm;
    const isDenied = outcome.kind === 'error' && outcome.error.code !== 'unavailable';
    if (isDenied && !isOneLeaving(world, by, other)) {
      world.blame(`"${words}" is refused with ${outcome.error.code}`);
    }
    const isCertain = outcome.kind === 'ok' && wasAlone && mine === block.changes;
    if (!isCertain) return;
    block.isBlocked = isBlocked;
    // Nobody else writes any more.
    if (world.isCalm) block.isDoubtful = false;
    world.say(`${pairId(by.id, other.id)} is ${isBlocked ? 'sealed' : 'open'} for ${by.username}`);
  }
}
