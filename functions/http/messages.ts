import { resolve } from '../core/conversations/roster.ts';
import { readMessages } from '../core/messages/read-messages.ts';
import { json } from '../middleware/http-replies.ts';
import { baseUrl } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { syncedMessage } from '../protocol/message-bodies.ts';
import { readWindow } from '../protocol/paging.ts';
import { openHttpEntry, openUserAccess, wireHistory } from '../runtime/wiring.ts';

const access = openUserAccess();
const { history, ...resolving } = wireHistory(access.table);

/** `GET /conversations/{conversation}/messages/`: a part of the log, oldest first. */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  const { userId } = event.identity;
  const conversation = event.pathParameters?.conversation ?? '';
  const window = readWindow(event.queryStringParameters ?? {});
  const { messages, last, change, sides } = await readMessages(history, {
    conversation: await resolve(resolving, conversation, userId),
    window,
  });
  const url = `${baseUrl(event)}/conversations/${conversation}/messages/`;
  const link = (edge: 'before' | 'after', seq: number) => `${url}?${edge}=${seq}&limit=${window.limit}`;
  return json(200, {
    last_seq: last,
    ...(change !== undefined && { last_change: change }),
    older: sides.older === undefined ? null : link('before', sides.older),
    newer: sides.newer === undefined ? null : link('after', sides.newer),
    results: messages.map((message) => syncedMessage(message, userId)),
  });
});
