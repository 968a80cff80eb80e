import { exportPage } from '../core/export/export-data.ts';
import { answer } from '../middleware/http-replies.ts';
import { baseUrl } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { exportLine } from '../protocol/export-lines.ts';
import { readExportCursor, writeExportCursor } from '../protocol/paging.ts';
import { openHttpEntry, openUserAccess, wireExport } from '../runtime/wiring.ts';

const access = openUserAccess();
const exporting = wireExport(access.table);

/** `GET /users/me/export/`: a page of all that is stored about the caller, as JSON lines; `Link` names the next one (RFC 8288). */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  const { userId, sessionId } = event.identity;
  const cursor = readExportCursor(event.queryStringParameters?.cursor, userId);
  const { parts, next } = await exportPage(exporting, event.identity, cursor);
  const url = next && `${baseUrl(event)}/users/me/export/?cursor=${writeExportCursor(next, userId)}`;
  const lines = parts.map((part) => `${JSON.stringify(exportLine(part, { userId, sessionId }))}\n`);
  return answer(
    200,
    { 'content-type': 'application/x-ndjson', ...(url && { link: `<${url}>; rel="next"` }) },
    { body: lines.join('') },
  );
});
