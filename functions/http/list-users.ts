import { listUsers, type UserCursor } from '../core/accounts/directory.ts';
import { json } from '../middleware/http-replies.ts';
import { baseUrl } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import {
  type Envelope,
  pageLink,
  readCursor,
  readPaging,
  readSearch,
  writeCursor,
} from '../protocol/paging.ts';
import { directory, openHttpEntry, openUserAccess } from '../runtime/wiring.ts';

const access = openUserAccess();
const users = directory(access.table);

/** `GET /users/`: a page of the users. */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  const query = event.queryStringParameters ?? {};
  const { limit, offset } = readPaging(query);
  const search = readSearch(query.search);
  const page = await listUsers(users, {
    staff: event.identity.staff,
    limit,
    offset,
    cursor: readCursor(query.cursor),
    search,
  });
  const url = `${baseUrl(event)}/users/`;
  const link = (cursor: UserCursor | undefined, at: number) =>
    cursor ? pageLink(url, { limit, offset: Math.max(0, at), cursor: writeCursor(cursor), search }) : null;
  const envelope: Envelope<unknown> = {
    count: page.count,
    next: link(page.next, page.users.length === 0 ? 0 : offset + limit),
    // Beyond the end, the previous page is the last page.
    previous: link(page.previous, Math.min(offset, page.count ?? offset) - limit),
    results: page.users,
  };
  return json(200, envelope);
});
