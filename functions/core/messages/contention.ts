import { type Sized, storedBytes } from './gather.ts';

/** Of ten writers at once, each round lets one through. So many rounds fail only under far worse contention. */
const MAX_TRIES = 12;

/** DynamoDB bills a refused put by the size of its item, so a message of 16 KB has three tries. */
const MAX_WRU = 52;

const FIRST_BACKOFF_MS = 4;
const MAX_BACKOFF_MS = 200;

/** How a message is appended while others append too: a refused try is billed like a stored one. */
export interface Contention {
  readonly maxTries: number;
  /** The longest time to wait before another try, after some refused ones. */
  backoff(refused: number): number;
}

/** The dearer a refusal, the fewer tries a message has, and the longer it waits for its turn. */
export function contentionOf(message: Sized): Contention {
  return contention(unitsOf(message));
}

/**
 * The same for a change of a message. A transaction costs twice as much, and has one more item. It is billed by the larger of both
 * states.
 */
export function contentionOfChange(former: Sized, next: Sized): Contention {
  return contention(2 * Math.max(unitsOf(former), unitsOf(next)) + 2);
}

/** Of a roster beside its members, and of each member. */
const ROSTER_BYTES = 500;
const ROSTER_MEMBER_BYTES = 20;

/**
 * The same for a change of a group: a transaction with the roster, the entry that tells of it, and an item of each member who comes
 * or goes.
 * @param numbers people who are or were in the group
 */
export function contentionOfGroup(numbers: number, moving = 1): Contention {
  const roster = Math.ceil((ROSTER_BYTES + numbers * ROSTER_MEMBER_BYTES) / 1024);
  return contention(2 * (roster + 1 + moving));
}

/** The same for a change of the invitations of a group: one item of at most 2 KB. */
export const contentionOfInvitations = (): Contention => contention(2);

const unitsOf = (message: Sized): number => Math.ceil(storedBytes(message) / 1024);

function contention(wru: number): Contention {
  return {
    maxTries: Math.max(1, Math.min(MAX_TRIES, Math.floor(MAX_WRU / wru))),
    backoff(refused) {
      // Two members who write at the same moment need no wait.
      if (refused === 1 && wru === 1) return 0;
      return Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * wru * 3 ** (refused - 1));
    },
  };
}
