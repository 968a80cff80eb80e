import { listUsers, type UserCursor } from '../core/accounts/directory.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, baseUrl, httpStack } from '../middleware/http-stack.ts';
import {
  type Envelope,
  pageLink,
  readCursor,
  readPaging,
  readSearch,
  writeCursor,
} from '../protocol/paging.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { people } from '../runtime/people.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';

/** `GET /users/`: a page of the people. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .handler(async (event) => {
    const query = event.queryStringParameters ?? {};
    const { limit, offset } = readPaging(query);
    const search = readSearch(query.search);
    const page = await listUsers(people, {
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
      // Past the end, the page before is the last one.
      previous: link(page.previous, Math.min(offset, page.count ?? offset) - limit),
      results: page.users,
    };
    return json(200, envelope);
  });
