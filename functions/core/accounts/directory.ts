import { ValidationFailed } from '../errors.ts';
import { type Account, foldUsername } from './account.ts';

/** Skipping costs what is skipped; further on, the cursor inside `next` is the way, which costs nothing. */
export const MAX_OFFSET = 1_000;

/** Where a page begins: behind somebody, or (backwards) before them. */
export interface UserCursor {
  readonly username: string;
  readonly backwards: boolean;
}

/** Behind everybody: no username has this character, and it sorts behind all that they have. */
const END: UserCursor = { username: '~', backwards: true };
/** Before everybody, likewise. */
const START: UserCursor = { username: '!', backwards: false };

export interface UsersPage {
  /** Of a search it is not known: counting would cost what is counted. */
  readonly count: number | null;
  readonly users: readonly DirectoryEntry[];
  readonly next: UserCursor | undefined;
  readonly previous: UserCursor | undefined;
}

/**
 * A page of the people, in the order of their usernames. Staff are hidden from everybody but staff.
 * @throws ValidationFailed for an offset over {@link MAX_OFFSET} without a cursor
 */
export async function listUsers(
  directory: Directory,
  request: {
    staff: boolean;
    limit: number;
    offset: number;
    cursor?: UserCursor | undefined;
    search?: string | undefined;
  },
): Promise<UsersPage> {
  const { staff, limit, offset, cursor, search } = request;
  const prefix = search === undefined ? undefined : foldUsername(search);
  if (!cursor && offset > MAX_OFFSET) {
    throw new ValidationFailed({ offset: [`Must be at most ${MAX_OFFSET}; follow \`next\` to go further.`] });
  }
  const list = staff ? 'everyone' : 'users';
  const skipped = cursor ? 0 : offset;
  const backwards = cursor?.backwards ?? false;
  const [count, found] = await Promise.all([
    prefix === undefined ? directory.count(list) : null,
    // One more than the page holds tells whether there is another page.
    directory.page(list, {
      limit: skipped + limit + 1,
      from: cursor && foldUsername(cursor.username),
      backwards,
      prefix,
    }),
  ]);
  const hasMore = found.length > skipped + limit;
  const users = backwards ? found.slice(-limit) : found.slice(skipped, skipped + limit);
  const [first] = users;
  const last = users.at(-1);
  // Whoever a cursor names stands on its other side.
  const comesFromSomebody = cursor ? !isEdge(cursor) : offset > 0;
  if (!first || !last) {
    const hasOthers =
      (cursor !== undefined || offset > 0) &&
      (await directory.page(list, { limit: 1, backwards: !backwards, prefix })).length > 0;
    return {
      count,
      users,
      next: hasOthers && backwards ? START : undefined,
      previous: hasOthers && !backwards ? END : undefined,
    };
  }
  const hasNext = backwards ? comesFromSomebody : hasMore;
  const hasPrevious = backwards ? hasMore : comesFromSomebody;
  return {
    count,
    users,
    next: hasNext ? { username: last.username, backwards: false } : undefined,
    previous: hasPrevious ? { username: first.username, backwards: true } : undefined,
  };
}

function isEdge({ username }: UserCursor): boolean {
  return username === START.username || username === END.username;
}

/** Brings the directory up to date after an account came or changed. A repeat changes nothing. */
export async function followAccount(
  directory: DirectoryProjection,
  { before, after }: { before?: Account | undefined; after: Account },
): Promise<void> {
  const { id, username } = after;
  if (!before) {
    await Promise.all([directory.countIn('everyone', username), directory.countIn('users', username)]);
  } else if (after.staff && !before.staff) {
    await directory.leave('users', username);
  } else if (before.staff && !after.staff) {
    await directory.enter('users', { id, username });
  }
}

export interface DirectoryEntry {
  readonly id: string;
  readonly username: string;
}

/** Staff are hidden from others: `users` leaves them out, `everyone` is what staff see. Both in the order of folded usernames. */
export type DirectoryList = 'users' | 'everyone';

export interface DirectoryPage {
  readonly limit: number;
  /** Begin behind this folded username (backwards: before it). */
  readonly from?: string | undefined;
  readonly backwards?: boolean | undefined;
  /** Only folded usernames that begin so. */
  readonly prefix?: string | undefined;
}

export interface Directory {
  /** At most `limit` entries; always in ascending order. */
  page(list: DirectoryList, page: DirectoryPage): Promise<readonly DirectoryEntry[]>;
  /** How many the list holds; may lag behind by seconds. */
  count(list: DirectoryList): Promise<number>;
}

/** Changes to the lists that follow from changed accounts. Each may be repeated without effect. */
export interface DirectoryProjection {
  /** Counts somebody who is listed. */
  countIn(list: DirectoryList, username: string): Promise<void>;
  /** Lists somebody and counts them. */
  enter(list: DirectoryList, entry: DirectoryEntry): Promise<void>;
  /** Takes somebody off the list and out of its count. */
  leave(list: DirectoryList, username: string): Promise<void>;
}
