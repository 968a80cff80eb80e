import { ValidationFailed } from '../errors.ts';
import { foldUsername } from './account.ts';
import type { Directory, DirectoryEntry } from './ports.ts';

/** Skipping costs what is skipped; further on, the cursor inside `next` is the way, which costs nothing. */
export const MAX_OFFSET = 1_000;

/** Where a page begins: behind somebody, or (backwards) before them. */
export interface UserCursor {
  readonly username: string;
  readonly backwards: boolean;
}

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
  const hasNext = backwards || hasMore;
  const hasPrevious = backwards ? hasMore : offset > 0 || cursor !== undefined;
  return {
    count,
    users,
    next: hasNext ? cursorAt(users.at(-1), false) : undefined,
    previous: hasPrevious ? cursorAt(users[0], true) : undefined,
  };
}

function cursorAt(entry: DirectoryEntry | undefined, backwards: boolean): UserCursor | undefined {
  return entry && { username: entry.username, backwards };
}
