import { ValidationFailed } from '../errors.ts';
import { type Account, foldUsername } from './account.ts';

/**
 * To skip entries costs as much as to read them. Beyond this offset, the cursor in `next` reads on at no extra cost.
 */
export const MAX_OFFSET = 1_000;

/** The edge of a page: behind a username, or before it when `backwards`. */
export interface UserCursor {
  readonly username: string;
  readonly backwards: boolean;
}

/** Behind all usernames: none has this character, and it sorts behind all that they have. */
const END: UserCursor = { username: '~', backwards: true };
/** Before all usernames, in the same way. */
const START: UserCursor = { username: '!', backwards: false };

export interface UsersPage {
  /** Null for a search: to count the matches would mean to read them. */
  readonly count: number | null;
  readonly users: readonly DirectoryEntry[];
  readonly next: UserCursor | undefined;
  readonly previous: UserCursor | undefined;
}

/**
 * A page of the users, in the order of their usernames. Only staff see staff.
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
    // One entry more than the page tells whether another page follows.
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
  // The user that a cursor names is on its other side.
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

/** Updates the directory after an account was created or changed. A repetition has no effect. */
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

/** `users` is the list without staff, `everyone` is the list that staff see. Both are sorted by folded username. */
export type DirectoryList = 'users' | 'everyone';

export interface DirectoryPage {
  readonly limit: number;
  /** Only entries behind this folded username, or before it when `backwards`. */
  readonly from?: string | undefined;
  readonly backwards?: boolean | undefined;
  /** Only folded usernames with this prefix. */
  readonly prefix?: string | undefined;
}

export interface Directory {
  /** At most `limit` entries, always in ascending order. */
  page(list: DirectoryList, page: DirectoryPage): Promise<readonly DirectoryEntry[]>;
  /** The number of entries. It may be seconds behind. */
  count(list: DirectoryList): Promise<number>;
}

/** Changes to the lists that follow changed accounts. Each may be repeated without effect. */
export interface DirectoryProjection {
  /** Counts a listed user. */
  countIn(list: DirectoryList, username: string): Promise<void>;
  /** Lists a user and counts them. */
  enter(list: DirectoryList, entry: DirectoryEntry): Promise<void>;
  /** Removes a user from the list and from its count. */
  leave(list: DirectoryList, username: string): Promise<void>;
}
