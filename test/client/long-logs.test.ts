import { describe, expect, it } from 'vitest';
import { BOB, type FakeServer, fakeServer, TALK } from './fake-server.ts';
import { during, fakeClock, online, pass, texts } from './support.ts';

fakeClock();

function said(server: FakeServer, count: number) {
  for (let i = 1; i <= count; i += 1) server.say(`${server.log.length + 1}`);
}
const pagesOf = (server: FakeServer) => server.requests.filter((one) => one.endsWith('/messages')).length;
const seqs = (messages: readonly { readonly seq: number | undefined }[]) => messages.map(({ seq }) => seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('loading back to a message', () => {
  it('loads older pages until the message is there', async () => {
    const server = fakeServer();
    said(server, 500);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    const before = pagesOf(server);
    expect(await during(talk.loadBackTo(260))).toBe(true);
    expect(pagesOf(server) - before).toBe(2);
    expect(seqs(talk.messages.value)).toEqual(range(251, 500));
    expect(await during(talk.loadBackTo(400))).toBe(true);
    expect(pagesOf(server) - before, 'what is held is not asked for').toBe(2);
    expect(await during(talk.loadBackTo(1))).toBe(true);
    expect([talk.messages.value.length, talk.hasOlder.value]).toEqual([500, false]);
    expect([await talk.loadBackTo(0), await talk.loadBackTo(501)]).toEqual([false, false]);
  });

  it('loads at most 2,000 messages, and none for a message further back', async () => {
    const server = fakeServer();
    said(server, 3000);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    const before = pagesOf(server);
    expect(await during(talk.loadBackTo(950), 1000)).toBe(false);
    expect(pagesOf(server) - before).toBe(0);
    expect(seqs(talk.messages.value)).toEqual(range(2951, 3000));
    expect(await during(talk.loadBackTo(951), 1000)).toBe(true);
    expect(pagesOf(server) - before).toBe(20);
    expect(seqs(talk.messages.value)).toEqual(range(951, 3000));
  });

  it('ends when the server has no older messages, whatever their numbers', async () => {
    const server = fakeServer();
    said(server, 500);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    const before = pagesOf(server);
    server.faults.http = (_method, path) =>
      path.endsWith('/messages')
        ? new Response(JSON.stringify({ last_seq: 500, older: null, newer: null, results: [] }))
        : undefined;
    expect(await during(talk.loadBackTo(1), 5_000)).toBe(false);
    expect(pagesOf(server) - before).toBe(1);
  });

  it('ends when the conversation is closed', async () => {
    const server = fakeServer();
    said(server, 500);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    const found = talk.loadBackTo(1);
    await pass(12);
    talk.close();
    expect(await during(found)).toBe(false);
    expect(talk.messages.value).toEqual([]);
  });

  it('rejects without a network', async () => {
    const server = fakeServer();
    said(server, 500);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    server.faults.http = () => 'offline';
    await expect(during(talk.loadBackTo(1))).rejects.toMatchObject({ code: 'offline' });
  });
});

describe('after a long absence', () => {
  it('3,000 missed messages cost one page, and unsent messages are still sent', async () => {
    let isUp = true;
    const server = fakeServer({ handshake: () => (isUp ? 'open' : 'refuse') });
    server.synced = 100;
    said(server, 120);
    const { client, page } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    isUp = false;
    server.last().cut();
    talk.send('waiting');
    said(server, 3000);
    await pass(60_000);
    const before = { pages: pagesOf(server), syncs: server.sent('sync').length };
    isUp = true;
    page.wake();
    await pass(2000);
    expect(pagesOf(server) - before.pages).toBe(1);
    expect(server.sent('sync').length - before.syncs).toBe(2);
    expect(server.log.at(-1)?.message).toBe('waiting');
    expect(seqs(talk.messages.value)).toEqual(range(3071, 3121));
    expect(talk.messages.value.at(-1)).toMatchObject({ text: 'waiting', state: 'sent' });
    expect(talk.hasOlder.value).toBe(true);
    await during(talk.loadOlder());
    expect(seqs(talk.messages.value)).toEqual(range(3021, 3121));
  });

  it('a few hundred missed messages are all loaded', async () => {
    const server = fakeServer();
    server.synced = 100;
    said(server, 10);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    server.last().cut();
    said(server, 300);
    await pass(2000);
    expect(seqs(talk.messages.value)).toEqual(range(1, 310));
  });

  it('a message after a gap of a thousand restarts the log at its end, including messages that come meanwhile', async () => {
    let isLost = false;
    const server = fakeServer({ push: () => (isLost ? [] : [1]) });
    said(server, 10);
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    isLost = true;
    said(server, 1000);
    isLost = false;
    const before = pagesOf(server);
    server.say('there');
    // The page is on its way.
    await pass(304);
    server.say('meanwhile');
    await pass(1000);
    expect(pagesOf(server) - before).toBe(1);
    expect(seqs(talk.messages.value)).toEqual(range(962, 1012));
    expect(texts(talk.messages.value).slice(-2)).toEqual(['there', 'meanwhile']);
  });
});

it('an unsent message that is found in an older page is no longer sent', async () => {
  const server = fakeServer({
    reply: ({ action }) => (action === 'message.send' ? 'lost' : 1),
    push: () => [],
  });
  server.synced = 100;
  said(server, 10);
  const { client } = await online(server);
  const talk = client.conversation(TALK);
  await during(talk.open());
  said(server, 300);
  const key = talk.send('unacknowledged');
  await pass(10);
  server.last().cut();
  said(server, 1000);
  await pass(2000);
  expect(seqs(talk.messages.value)).toEqual([...range(1262, 1311), undefined]);
  expect(await during(talk.loadBackTo(1))).toBe(true);
  expect(seqs(talk.messages.value)).toEqual(range(1, 1311));
  expect(talk.messages.value[310]).toMatchObject({ key, isOwn: true, state: 'read' });
});

it('a gap that the server cannot fill yet is requested with pauses', async () => {
  const server = fakeServer();
  said(server, 1);
  const { client } = await online(server);
  await during(client.conversation(TALK).open());
  const before = pagesOf(server);
  for (const seq of [3, 5000]) {
    server.push({ ...server.log[0], type: 'chat.message', id: `m-${seq}`, seq, sender: 'bob' });
    await pass(10_000);
  }
  expect(pagesOf(server) - before).toBeLessThan(15);
});

describe('an opened conversation', () => {
  it('is up to date although messages were loaded before', async () => {
    const server = fakeServer();
    said(server, 3);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.loadOlder());
    said(server, 1);
    await pass(10);
    await during(talk.open());
    expect(texts(talk.messages.value)).toEqual(['1', '2', '3', '4']);
  });

  it('that was closed while it loaded is loaded once when it is opened again', async () => {
    const server = fakeServer();
    said(server, 3);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    const before = pagesOf(server);
    const first = talk.open();
    await pass(2);
    talk.close();
    const [second, third] = [talk.open(), talk.open()];
    await pass(4);
    const fourth = talk.open();
    await during(Promise.all([first, second, third, fourth]));
    expect(pagesOf(server) - before).toBe(2);
    expect(texts(talk.messages.value)).toEqual(['1', '2', '3']);
    for (let users = 0; users < 2; users += 1) talk.close();
    expect(talk.messages.value).toHaveLength(3);
    talk.close();
    talk.close();
    expect([talk.messages.value, talk.isLoaded.value]).toEqual([[], false]);
  });
});
