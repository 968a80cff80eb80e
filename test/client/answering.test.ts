import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Conversation, type Message, memoryOutbox } from '../../client/index.ts';
import { ADA, BOB, type FakeServer, fakeServer, problem, TALK } from './fake-server.ts';
import { fates, unsteadyServer } from './fates.ts';
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

  /** Follows a message, and remembers what it was. */
  function follow(talk: Conversation, seq: number) {
    const told: (Message | null | undefined)[] = [];
    const end = talk.messageAt(seq).subscribe((one) => told.push(one));
    return { told, end, texts: () => told.map((one) => one?.text), now: () => told.at(-1) };
  }

  it('is the loaded one, or is fetched once', async () => {
    const { talk, asked } = await long();
    const loaded = talk.messages.value.find(({ seq }) => seq === 30);
    expect(talk.messageAt(30).value).toBe(loaded);
    expect(follow(talk, 30).told).toEqual([loaded]);
    const [one, other] = [follow(talk, 3), follow(talk, 3)];
    expect(talk.messageAt(3)).toBe(talk.messageAt(3));
    await pass(10);
    const own = follow(talk, 4);
    const third = follow(talk, 3);
    await pass(10);
    expect(one.told).toMatchObject([undefined, { seq: 3, text: 'message 3', state: 'received' }]);
    expect([other.told, third.told]).toEqual([one.told, [one.now()]]);
    expect(own.now()).toMatchObject({ text: 'message 4', isOwn: true });
    expect(talk.messageAt(3).value).toBe(one.now());
    expect(asked()).toEqual(['around=3&limit=1', 'around=4&limit=1']);
  });

  it('follows all that changes, told by frames or by a sync, loaded or not', async () => {
    const { server, talk, asked } = await long();
    const { told, texts, now } = follow(talk, 3);
    await pass(10);
    server.edit(3, 'better');
    await pass(2);
    expect(texts()).toEqual([undefined, 'message 3', 'better']);
    server.react(BOB, 3, '👍');
    await pass(2);
    expect(now()).toMatchObject({ version: 2, reactions: [{ emoji: '👍', users: [BOB], isOwn: false }] });
    server.push({ type: 'conversation.read', conversation: TALK, user_id: ADA, seq: 60 });
    server.say('This changes nothing.');
    await pass(2);
    expect(told, 'only what has changed is told').toHaveLength(4);
    server.last().cut();
    server.edit(3, 'best');
    await pass(10_000);
    expect(texts().slice(3)).toEqual(['better', 'best']);
    await during(talk.loadBackTo(1), 1_000);
    expect(now()).toEqual(talk.messages.value[2]);
    server.delete(3);
    await pass(2);
    expect(now()).toMatchObject({ text: '', reactions: [], deletedAt: expect.any(String) });
    expect(asked()).toHaveLength(1);
  });

  it('is never an older state that comes late', async () => {
    const { server, talk } = await long();
    const { texts } = follow(talk, 3);
    // The answer has the state of now, and the frame overtakes it.
    await pass(3);
    server.edit(3, 'better');
    await pass(10);
    server.push({ type: 'chat.message', ...server.log[2], message: 'message 3', change: undefined });
    await pass(10);
    expect(texts()).toEqual([undefined, 'better']);
  });

  it('is fetched again after more changes than the server tells, and after the conversation was closed', async () => {
    const { server, talk, asked } = await long();
    const { texts, now } = follow(talk, 3);
    const loaded = follow(talk, 15);
    await pass(10);
    server.kept = 2;
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    server.edit(3, 'better');
    for (const seq of [15, 6, 7]) server.edit(seq, 'edited');
    for (let i = 0; i < 5; i += 1) server.append(BOB, 'more');
    server.faults.handshake = () => 'open';
    await pass(60_000);
    expect(texts()).toEqual([undefined, 'message 3', 'better']);
    // It was loaded until the log began anew.
    expect([talk.messages.value[0]?.seq, loaded.texts()]).toEqual([16, ['message 15', 'edited']]);
    expect(asked()).toEqual([3, 3, 15].map((seq) => `around=${seq}&limit=1`));
    talk.close();
    expect(now()).toBeUndefined();
    server.edit(3, 'best');
    await pass(10);
    expect(now()).toBeUndefined();
    await during(talk.open());
    await pass(10);
    expect(texts().slice(3)).toEqual([undefined, 'best']);
  });

  it('is null if there is none, until it is written', async () => {
    const { server, talk, asked } = await long();
    const none = [0, -1, 1.5, Number.NaN].map((seq) => follow(talk, seq));
    await pass(10);
    for (const { told } of none) expect(told).toEqual([undefined, null]);
    expect(asked()).toEqual([]);
    const next = follow(talk, 61);
    await pass(10);
    server.say('message 61');
    await pass(10);
    expect(next.told).toMatchObject([undefined, null, { text: 'message 61' }]);
    const { client } = await online(fakeServer());
    const empty = client.conversationWith(BOB);
    await during(empty.open());
    const { told } = follow(empty, 1);
    await pass(10);
    expect(told).toEqual([undefined, null]);
  });

  it.each([
    ['fails', () => 'offline' as const, 1_000],
    // The next connection asks again.
    ['is refused', () => problem(403, 'not_allowed'), 60_000],
  ])('is asked for again if that %s', async (_how, fault, ms) => {
    const { server, talk, asked } = await long();
    server.faults.http = fault;
    const { texts } = follow(talk, 3);
    await pass(1_000);
    expect(texts()).toEqual([undefined]);
    const { length } = asked();
    server.say('A message is no reason to ask again.');
    await pass(10);
    expect(asked().length).toBeLessThanOrEqual(length + 1);
    server.faults.http = () => undefined;
    if (ms > 1_000) server.last().cut();
    await pass(ms);
    expect(texts()).toEqual([undefined, 'message 3']);
    server.last().cut();
    const before = asked().length;
    await pass(60_000);
    expect(asked(), 'what is known is not asked for').toHaveLength(before);
  });

  it('is asked for as soon as the conversation is open, and there is a connection', async () => {
    const server = fakeServer();
    server.append(BOB, 'a question');
    for (let i = 0; i < 60; i += 1) server.append(BOB, 'more');
    const { client, page } = await online(server);
    const talk = client.conversationWith(BOB);
    const { told } = follow(talk, 1);
    await pass(1_000);
    expect(told).toEqual([undefined]);
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    await during(talk.open());
    expect([talk.messages.value.length, told]).toEqual([50, [undefined]]);
    server.faults.handshake = () => 'open';
    page.wake('online');
    await pass(1_000);
    expect(told).toMatchObject([undefined, { text: 'a question' }]);
  });

  it('is kept as long as somebody follows it', async () => {
    const { server, talk, asked } = await long();
    const [one, other] = [follow(talk, 3), follow(talk, 3)];
    await pass(10);
    one.end();
    one.end();
    server.edit(3, 'better');
    await pass(10);
    expect([one.texts(), other.texts()]).toEqual([
      [undefined, 'message 3'],
      [undefined, 'message 3', 'better'],
    ]);
    const handle = talk.messageAt(3);
    other.end();
    expect([handle.value, talk.messageAt(3).value]).toEqual([undefined, undefined]);
    const again = follow(talk, 3);
    one.end();
    other.end();
    await pass(10);
    expect([again.texts(), handle.value]).toEqual([['better'], again.now()]);
    expect(asked()).toHaveLength(2);
    // An answer that nobody waits for any more.
    const late = follow(talk, 5);
    late.end();
    await pass(10);
    expect([late.told, talk.messageAt(5).value]).toEqual([[undefined], undefined]);
  });

  it('is gone when the user logs out', async () => {
    const { client, talk } = await long();
    const { now } = follow(talk, 3);
    await pass(10);
    await during(client.logOut());
    expect(now()).toBeUndefined();
  });

  it('never goes back, and ends as the server has it, whatever the network does', async () => {
    const step = fc.record({
      do: fc.constantFrom('edit', 'react', 'others', 'delete', 'cut', 'wake', 'older', 'again'),
      wait: fc.integer({ min: 0, max: 600 }),
    });
    const kept = fc.constantFrom(3, 1_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), kept, fates, async (steps, most, all) => {
        const { server, calm } = unsteadyServer(all);
        server.lifetime = 86_400;
        server.kept = most;
        for (let seq = 1; seq <= 60; seq += 1) server.append(BOB, `message ${seq}`);
        const { client, page } = await online(server);
        const talk = client.conversationWith(BOB);
        void talk.open().catch(() => undefined);
        let own = follow(talk, 3);
        const all3 = [own];
        for (const { do: what, wait } of steps) {
          const isDeleted = server.log[2].deleted_at !== undefined;
          if (what === 'edit' && !isDeleted) server.edit(3, `edited ${wait}`);
          if (what === 'react' && !isDeleted) server.react(BOB, 3, '👍', wait % 2 === 0);
          if (what === 'delete' && !isDeleted && wait % 3 === 0) server.delete(3);
          if (what === 'others') for (const seq of [4, 5, 6, 7]) server.edit(seq, `${wait}`);
          if (what === 'cut') for (const socket of server.open()) socket.cut();
          if (what === 'wake') page.wake();
          if (what === 'older') void talk.loadOlder().catch(() => undefined);
          if (what === 'again') {
            own.end();
            own = follow(talk, 3);
            all3.push(own);
          }
          await pass(wait);
        }
        calm();
        page.wake();
        await pass(180_000);
        const { message: text, version = 1, deleted_at } = server.log[2];
        expect(own.now()).toMatchObject({ text, version, ...(deleted_at && { deletedAt: deleted_at }) });
        for (const { told } of all3) {
          const known = told.slice(1);
          expect(known, 'once known, always known').not.toContain(undefined);
          const ages = known.map((one) => (one?.deletedAt ? 99 : (one?.version ?? 0)));
          expect(ages).toEqual(ages.toSorted((a, b) => a - b));
        }
        client.close();
      }),
      { numRuns: 100 },
    );
  });
});
