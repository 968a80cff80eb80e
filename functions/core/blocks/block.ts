import type { PeopleStore, Person, PersonStore, ProfileStore } from '../accounts/account.ts';
import type { Audit } from '../audit/audit.ts';
import { CannotBlockOneself, SESSION_ENDED, TokenInvalid, TooManyBlocks, UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';

/** So many users can one user block. The item that holds them is read with each presence, and stays below 4 KB. */
export const MAX_BLOCKS = 100;

/**
 * Whom each user blocks. A block is two facts, stored together or not at all: the user is in the list of the blocker, and their
 * conversation is sealed, see {@link MessageLog.end}.
 */
export interface BlockStore {
  /** Ids of those whom a user blocks. Strongly consistent. */
  of(userId: string): Promise<readonly string[]>;
  /** `full` if the user blocks `most` others already; `deleted` if their own account is. To block twice is to block once. */
  add(userId: string, otherId: string, most: number): Promise<'blocked' | 'full' | 'deleted'>;
  /** Also without effect if there is no such block. */
  remove(userId: string, otherId: string): Promise<void>;
  /**
   * Notes how far each of two members has read. While one blocks the other, both are shown this, and not what is read later.
   * Without a conversation it has no effect.
   */
  freezeReceipts(userId: string, otherId: string): Promise<void>;
}

interface Dependencies {
  readonly blocks: BlockStore;
  readonly profiles: ProfileStore & PersonStore;
  readonly audit: Audit;
}

/**
 * As long as one of two users blocks the other, none can write to the other, and none sees whether the other is online, types, or
 * has received or read a message. What was written stays readable to both.
 * @throws CannotBlockOneself, UserNotFound, TooManyBlocks
 */
export async function block(
  { blocks, profiles, audit }: Dependencies,
  userId: string,
  otherId: string,
): Promise<void> {
  requireOther(userId, otherId);
  const [other, own, theirs] = await Promise.all([
    profiles.profileOf(otherId),
    blocks.of(userId),
    blocks.of(otherId),
  ]);
  if (!other) throw new UserNotFound(otherId);
  if (own.includes(otherId)) return;
  // Whoever is blocked already has read nothing that may be shown since.
  if (!theirs.includes(userId)) await blocks.freezeReceipts(userId, otherId);
  const outcome = await blocks.add(userId, otherId, MAX_BLOCKS);
  if (outcome === 'deleted') throw new TokenInvalid(SESSION_ENDED);
  if (outcome === 'full') throw new TooManyBlocks(MAX_BLOCKS);
  audit.note({ event: 'blocked', userId, other: otherId });
}

/**
 * Ends a block, also one of an account that is deleted by now.
 * @throws CannotBlockOneself, UserNotFound
 */
export async function unblock(
  { blocks, profiles, audit }: Dependencies,
  userId: string,
  otherId: string,
): Promise<void> {
  requireOther(userId, otherId);
  const own = await blocks.of(userId);
  if (own.includes(otherId)) {
    await blocks.remove(userId, otherId);
    audit.note({ event: 'unblocked', userId, other: otherId });
  } else if (!(await profiles.personOf(otherId))) {
    throw new UserNotFound(otherId);
  }
}

/** Those whom a user blocks, by name. At most {@link MAX_BLOCKS}, so they are one page. */
export async function blockedPeople(
  { blocks, people }: { readonly blocks: Pick<BlockStore, 'of'>; readonly people: PeopleStore },
  userId: string,
): Promise<readonly Person[]> {
  const found = await people.peopleOf(await blocks.of(userId));
  const known = found.flatMap((person) => person ?? []);
  return known.toSorted((a, b) => a.username.localeCompare(b.username, 'en') || (a.id < b.id ? -1 : 1));
}

function requireOther(userId: string, otherId: string): void {
  if (!isId(otherId)) throw new UserNotFound(otherId);
  if (otherId === userId) throw new CannotBlockOneself();
}
