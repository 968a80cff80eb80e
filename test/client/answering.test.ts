import { describe, expect, it } from 'vitest';
import { memoryOutbox } from '../../client/index.ts';
import { ADA, BOB, type FakeServer, fakeServer } from './fake-server.ts';
import { clientOf, during, fakeClock, online, pass } from './support.ts';

fakeClock();

/** Bob has said something, and Ada's conversation is open. */
async function opened(server: FakeServer, outbox = memoryOutbox()) {
  if (server.log.length === 0) server.append(BOB, 'a question');
  const { client, page } = await online(server, { outbox });
  const talk = client.conversationWith(BOB);
  await during(talk.open());
  const cut = async () => {
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    await pass(10);
  };
  const connect = async () => {
    server.faults.handshake = () => 'open';
    page.wake('online');
    await pass(1_000);
  };
  return { client, talk, outbox, cut, connect };
}

describe('an answer', () => {
  it('names the message that it answers, from the first attempt on', async () => {
    const server = fakeServer();
    const { talk } = await opened(server);
    const told: unknown[] = [];
    talk.messages.subscribe((all) => told.push([all[1]?.state, all[1]?.replyTo]));
    talk.send('an answer', { replyTo: 1 });
    await pass(10);
    expect(told).toEqual([
      [undefined, undefined],
      ['sending', 1],
      ['sent', 1],
    ]);
    expect(server.sent('message.send')).toMatchObject([{ text: 'an answer', reply_to: 1 }]);
    talk.send('no answer', { replyTo: undefined });
    await pass(10);
    expect(server.sent('message.send')[1]).not.toHaveProperty('reply_to');
    expect(talk.messages.value[2]).not.toHaveProperty('replyTo');
  });

  it('of the other member names it too', async () => {
    const server = fakeServer();
    const { talk } = await opened(server);
    const message = server.append(BOB, 'more', undefined, undefined, 1);
    server.push({ type: 'chat.message', ...message, sender: 'bob' });
    await pass(10);
    expect(talk.messages.value).toMatchObject([{}, { text: 'more', replyTo: 1 }]);
  });

  it('survives a reload, an edit, and a lost acknowledgement', async () => {
    const server = fakeServer();
    const first = await opened(server);
    await first.cut();
    const key = first.talk.send('an answr', { replyTo: 1 });
    first.talk.edit(key, 'an answer');
    expect(first.talk.messages.value[1]).toMatchObject({ text: 'an answer', replyTo: 1 });
    await pass(10);
    first.client.close();
    let lost = 1;
    server.faults.handshake = () => 'open';
    server.faults.reply = ({ action }) => {
      if (action !== 'message.send' || lost === 0) return 1;
      lost -= 1;
      return 'lost';
    };
    const { client } = clientOf(server, { outbox: first.outbox });
    await during(client.logIn({ email: 'ada@example.com', password: 'x' }), 60_000);
    expect(server.sent('message.send')).toMatchObject([{ reply_to: 1 }, { reply_to: 1 }]);
    expect(server.log).toMatchObject([{}, { message: 'an answer', reply_to: 1, client_id: key }]);
    expect([server.log.length, await first.outbox.load()]).toEqual([2, []]);
  });

  it('is one of several in a frame', async () => {
    const server = fakeServer();
    const { talk, cut, connect } = await opened(server);
    await cut();
    talk.send('one');
    talk.send('two', { replyTo: 1 });
    talk.send('three');
    await connect();
    const [{ messages }] = server.sent('message.send') as [{ messages: object[] }];
    expect(messages).toMatchObject([{ text: 'one' }, { text: 'two', reply_to: 1 }, { text: 'three' }]);
    expect(messages.filter((one) => 'reply_to' in one)).toHaveLength(1);
    expect(talk.messages.value.map(({ text, replyTo, state }) => [text, replyTo, state])).toEqual([
      ['a question', undefined, 'received'],
      ['one', undefined, 'sent'],
      ['two', 1, 'sent'],
      ['three', undefined, 'sent'],
    ]);
  });

  it('to a message that is not there fails, alone or in a frame of several', async () => {
    const server = fakeServer();
    const { talk, cut, connect } = await opened(server);
    const reason = { code: 'reply_to_invalid' };
    const alone = talk.send('alone', { replyTo: 99 });
    await pass(100);
    expect(talk.messages.value[1]).toMatchObject({ state: 'failed', replyTo: 99, reason });
    talk.discard(alone);
    await cut();
    for (const [text, replyTo] of [['one'], ['two', 99], ['three', 1]] as const) talk.send(text, { replyTo });
    await connect();
    await pass(1_000);
    expect(talk.messages.value).toMatchObject([
      {},
      { text: 'one', state: 'sent' },
      { text: 'three', state: 'sent', replyTo: 1 },
      { text: 'two', state: 'failed', reason },
    ]);
    expect(server.log.map(({ message }) => message)).toEqual(['a question', 'one', 'three']);
  });
});

describe('the message that an answer quotes', () => {
  /** A conversation of 60 messages, of which Ada has loaded the newest 50. */
  async function long(faults: Parameters<typeof fakeServer>[0] = {}) {
    const server = fakeServer(faults);
    for (let seq = 1; seq <= 60; seq += 1)
      server.append(seq % 2 ? BOB : ADA, `message ${seq}`, crypto.randomUUID());
    const given = await opened(server);
    const asked = () => server.queries.filter((one) => one.includes('around='));
    return { server, asked, ...given };
  }

  it('is the loaded one, or is fetched once', async () => {
    const { talk, asked } = await long();
    const loaded = talk.messages.value.find(({ seq }) => seq === 30);
    expect(await during(talk.messageAt(30))).toBe(loaded);
    expect(asked()).toEqual([]);
    const both = Promise.all([talk.messageAt(3), talk.messageAt(3)]);
    for (const one of await during(both)) expect(one).toMatchObject({ seq: 3, text: 'message 3' });
    expect(await during(talk.messageAt(3))).toMatchObject({ text: 'message 3', state: 'received' });
    expect(await during(talk.messageAt(4))).toMatchObject({ text: 'message 4', isOwn: true });
    expect(asked()).toEqual(['around=3&limit=1', 'around=4&limit=1']);
  });

  it('is as it is now, whatever has changed since it was fetched', async () => {
    const { server, talk, asked } = await long();
    await during(talk.messageAt(3));
    server.edit(3, 'better');
    server.react(BOB, 3, '👍');
    await pass(10);
    expect(await during(talk.messageAt(3))).toMatchObject({
      text: 'better',
      version: 2,
      reactions: [{ emoji: '👍', users: [BOB], isOwn: false }],
    });
    server.last().cut();
    server.delete(3);
    await pass(10_000);
    expect(await during(talk.messageAt(3))).toMatchObject({ text: '', deletedAt: expect.any(String) });
    expect(asked()).toHaveLength(1);
    await during(talk.loadBackTo(1), 1_000);
    expect(await during(talk.messageAt(3))).toBe(talk.messages.value[2]);
  });

  it('is fetched again after more changes than the server tells, and after the conversation was closed', async () => {
    const { server, talk, asked } = await long();
    await during(talk.messageAt(3));
    server.kept = 2;
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    server.edit(3, 'better');
    for (const seq of [5, 6, 7]) server.edit(seq, 'edited');
    server.faults.handshake = () => 'open';
    await pass(60_000);
    expect(await during(talk.messageAt(3))).toMatchObject({ text: 'better' });
    talk.close();
    server.edit(3, 'best');
    await pass(10);
    for (let times = 0; times < 2; times += 1)
      expect(await during(talk.messageAt(3))).toMatchObject({ text: 'best' });
    expect(asked()).toHaveLength(4);
  });

  it('is undefined if there is none', async () => {
    const { server, talk, asked } = await long();
    for (const seq of [0, -1, 1.5, Number.NaN]) expect(await talk.messageAt(seq)).toBeUndefined();
    expect(asked()).toEqual([]);
    expect(await during(talk.messageAt(61))).toBeUndefined();
    server.say('message 61');
    await pass(10);
    expect(await during(talk.messageAt(61))).toMatchObject({ text: 'message 61' });
    const { client } = await online(fakeServer());
    expect(await during(client.conversationWith(BOB).messageAt(1))).toBeUndefined();
  });

  it('rejects if it cannot be fetched now, and is asked for again', async () => {
    const { server, talk } = await long();
    server.faults.http = () => 'offline';
    await expect(during(talk.messageAt(3))).rejects.toMatchObject({ code: 'offline' });
    server.faults.http = () => undefined;
    expect(await during(talk.messageAt(3))).toMatchObject({ text: 'message 3' });
  });
});
