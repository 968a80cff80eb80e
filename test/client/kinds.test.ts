import { expect, it } from 'vitest';
import { ADA, BOB, fakeServer, TALK } from './fake-server.ts';
import { fakeClock, online, pass } from './support.ts';

fakeClock();

/** The id of a group has the same form. */
const STRANGE = '0198c3fa-0000-7000-8000-00000000000c';
const message = {
  id: 'm',
  conversation: STRANGE,
  seq: 1,
  message: 'From a newer server',
  sender_id: BOB,
  created_at: new Date(1_700_000_000_000).toISOString(),
};
const entry = { id: STRANGE, kind: 'channel', last_message: message, unread: 1, read: 0, received: 0 };

it('a conversation of a kind that the library does not know is skipped, wherever it comes', async () => {
  const server = fakeServer({
    http: (method, path) =>
      method === 'GET' && path === '/conversations'
        ? Response.json({ next: null, results: [entry, { ...server.entry(), kind: 'pair' }] })
        : undefined,
    reply: ({ action }) => {
      if (action !== 'sync') return 1;
      server.last().deliver({
        type: 'sync.done',
        messages: [message],
        changed: [message],
        changes: { [STRANGE]: 1 },
        resets: [STRANGE],
        conversations: [entry],
        position: new Date(0).toISOString(),
        ref: server.last().frames.at(-1).ref,
      });
      return 'lost';
    },
  });
  server.append(BOB, 'Hello');
  const { client } = await online(server);
  const fetch = server.faults.http;
  server.faults.http = (method, path) =>
    path === `/conversations/${STRANGE}` ? Response.json(entry) : fetch?.(method, path);
  server.push({ type: 'chat.message', ...message, sender: 'bob' });
  const { sender_id, conversation, ...told } = message;
  const messages = [told, { ...told, seq: 2 }];
  server.push({ type: 'chat.messages', conversation, sender_id, sender: 'bob', messages });
  server.push({ type: 'message.changed', conversation, change: 1, message: { ...message, change: 1 } });
  server.push({ type: 'typing', conversation, user_id: BOB, expires_in: 6 });
  server.push({ type: 'conversation.read', conversation, user_id: ADA, seq: 1 });
  server.push({ type: 'message.received', conversation, user_id: BOB, seq: 1 });
  await pass(2_000);
  expect(client.inbox.items.value.map(({ id }) => id)).toEqual([TALK]);
  expect(client.inbox.unread.value).toEqual({ count: 1, mentions: 0, isComplete: true });
  server.say('Still there?');
  await pass(1_000);
  expect(client.inbox.items.value[0]).toMatchObject({ id: TALK, unread: 2, last: { text: 'Still there?' } });
});
