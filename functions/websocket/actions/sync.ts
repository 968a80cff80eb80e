import { peerIn } from '../../core/conversations/conversation.ts';
import { catchUp } from '../../core/sync/catch-up.ts';
import { conversationBody, syncedMessage } from '../../protocol/server-frames.ts';
import { inbox } from '../../runtime/inbox.ts';
import type { Action } from './action.ts';

/** `sync`: a page of what the device missed; `sync.done` when nothing is missing behind it. */
export const syncAction: Action<'sync'> = async ({ connection }, { conversations, since }) => {
  const { userId } = connection;
  const held = Object.entries(conversations).map(([conversation, seq]) => ({ conversation, seq }));
  for (const { conversation } of held) peerIn(conversation, userId);
  const page = await catchUp(inbox, { userId, held, since });
  return {
    type: page.complete ? 'sync.done' : 'sync.page',
    messages: page.messages.map((message) => syncedMessage(message, userId)),
    conversations: page.inbox.map(conversationBody),
    position: page.position,
  };
};
