import { describe, expect, it } from 'vitest';
import { memoryOutbox } from '../../client/index.ts';
import { ADA, BOB, CY, fakeServer, GROUP } from './fake-server.ts';
import { during, fakeClock, online, pass } from './support.ts';

fakeClock();

/** A group of ada, bob and cy. */
function groupServer(options: Parameters<typeof fakeServer>[0] = {}) {
  const roles = { [ADA]: 'owner', [BOB]: 'member', [CY]: 'member' };
  const server = fakeServer(options, { title: 'Engines', roles, former: [], firstSeq: 1 });
  server.happen(ADA, { type: 'created', title: 'Engines', users: [] });
  return server;
}

const mentions = { users: [BOB] };
const custom = { ticket: { id: 4711 } };

describe('mentions and own data of a message', () => {
  it('are shown at once, sent with it, and shown to others', async () => {
    const server = groupServer();
    const { client } = await online(server);
    const talk = client.conversation(GROUP);
    await during(talk.open());
    talk.send('@bob, look', { mentions, custom });
    expect(talk.messages.value.at(-1)).toMatchObject({ state: 'sending', mentions, custom });
    await pass(1000);
    expect(server.sent('message.send')).toMatchObject([{ text: '@bob, look', mentions, custom }]);
    expect(talk.messages.value.at(-1)).toMatchObject({ state: 'sent', mentions, custom });
    server.say('@ada', BOB, { mentions: { all: true }, custom: { a: [] } });
    await pass(100);
    expect(talk.messages.value.at(-1)).toMatchObject({ mentions: { all: true }, custom: { a: [] } });
    talk.send('neither');
    await pass(1000);
    const last = talk.messages.value.at(-1);
    expect(last).toMatchObject({ text: 'neither', state: 'sent' });
    for (const name of ['mentions', 'custom', 'replyTo']) expect(last).not.toHaveProperty(name);
  });

  it('survive a reload, also if they go with other messages, and do not change with what the caller does later', async () => {
    const outbox = memoryOutbox();
    const offline = groupServer({ handshake: () => 'refuse' });
    const before = await online(offline, { outbox });
    const talk = before.client.conversation(GROUP);
    const given = { ticket: { id: 1 } };
    talk.send('one', { mentions, custom: given });
    given.ticket.id = 2;
    talk.send('two', { replyTo: 1, custom });
    await pass(100);
    const server = groupServer();
    await online(server, { outbox });
    await pass(1000);
    expect(server.sent('message.send')).toMatchObject([
      {
        messages: [
          { text: 'one', mentions, custom: { ticket: { id: 1 } } },
          { text: 'two', reply_to: 1, custom },
        ],
      },
    ]);
  });

  it('count toward the 24 KB of a frame', async () => {
    const outbox = memoryOutbox();
    const offline = groupServer({ handshake: () => 'refuse' });
    const talk = (await online(offline, { outbox })).client.conversation(GROUP);
    for (let i = 0; i < 20; i += 1) talk.send(`m${i}`, { custom: { a: 'x'.repeat(2_000) } });
    await pass(100);
    const server = groupServer();
    await online(server, { outbox });
    await pass(2000);
    expect(server.sent('message.send').map(({ messages }) => messages.length)).toEqual([12, 8]);
  });

  it('that the server refuses are the reason of the failed message', async () => {
    const error = { type: 'error', code: 'mention_invalid', detail: 'This user is not in the group.' };
    const server = groupServer({ reply: ({ action }) => (action === 'message.send' ? { error } : 1) });
    const { client } = await online(server);
    const talk = client.conversation(GROUP);
    await during(talk.open());
    talk.send('@cy', { mentions: { users: [CY] } });
    await pass(1000);
    expect(talk.messages.value.at(-1)).toMatchObject({
      state: 'failed',
      reason: { code: 'mention_invalid' },
      mentions: { users: [CY] },
    });
  });
});

describe('the count of mentions', () => {
  it('is the server’s, and follows messages and receipts', async () => {
    const server = groupServer();
    server.say('@ada', BOB, { mentions: { users: [ADA] } });
    server.say('@bob', CY, { mentions });
    const { client } = await online(server);
    const counts = () => {
      const [item] = client.inbox.items.value;
      return [item?.unread, item?.kind === 'group' && item.mentions, client.inbox.unread.value.mentions];
    };
    expect(counts()).toEqual([2, 1, 1]);
    server.say('@all', CY, { mentions: { all: true } });
    server.say('nobody', CY);
    await pass(100);
    expect(counts()).toEqual([4, 2, 2]);
    const talk = client.conversation(GROUP);
    await during(talk.open());
    talk.markRead(2);
    expect(counts()).toEqual([3, 1, 1]);
    talk.markRead();
    await pass(3000);
    expect(counts()).toEqual([0, 0, 0]);
    talk.send('to all', { mentions: { all: true } });
    await pass(1000);
    expect(counts()).toEqual([0, 0, 0]);
  });

  it('leaves out muted groups in the total', async () => {
    const server = groupServer();
    server.settings = { muted_until: '9999-12-31T23:59:59.999Z' };
    server.say('@ada', BOB, { mentions: { users: [ADA] } });
    const { client } = await online(server);
    expect(client.inbox.items.value).toMatchObject([{ unread: 1, mentions: 1 }]);
    expect(client.inbox.unread.value).toMatchObject({ count: 0, mentions: 0 });
  });
});
