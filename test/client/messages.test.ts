import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryOutbox } from '../../client/index.ts';
import { ADA, BOB, fakeServer, TALK } from './fake-server.ts';
import { fates, unsteadyServer } from './fates.ts';
import { clientOf, during, fakeClock, online, pass, texts } from './support.ts';

fakeClock();

describe("a conversation's messages", () => {
  it('come live and in order, in whatever order they arrive', async () => {
    const delays: Record<string, number[]> = { one: [90], two: [10, 200], three: [50] };
    const server = fakeServer({ push: (frame) => delays[frame.message] ?? [1] });
    server.say('zero');
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    for (const text of Object.keys(delays)) server.say(text);
    await pass(60);
    expect(texts(talk.messages.value)).toEqual(['zero']);
    const fetched = server.requests.length;
    await pass(200);
    expect(texts(talk.messages.value)).toEqual(['zero', 'one', 'two', 'three']);
    expect(server.requests.length, 'what is only late is not fetched').toBe(fetched);
  });

  it('are fetched if they never arrive', async () => {
    const server = fakeServer({ push: ({ message }) => (message === 'lost' ? [] : [1]) });
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    server.say('lost');
    server.say('there');
    await pass(1000);
    expect(texts(talk.messages.value)).toEqual(['lost', 'there']);
  });

  it('include older ones on demand, back to the beginning', async () => {
    const server = fakeServer();
    for (let i = 1; i <= 120; i += 1) server.say(`${i}`);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    expect([talk.messages.value.length, talk.hasOlder.value]).toEqual([50, true]);
    await during(talk.loadOlder());
    await during(Promise.all([talk.loadOlder(), talk.loadOlder()]));
    expect(texts(talk.messages.value)).toEqual(server.log.map(({ message }) => message));
    expect(talk.hasOlder.value).toBe(false);
  });

  it('stay the same objects while they do not change', async () => {
    const server = fakeServer();
    server.say('one');
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    const [first] = talk.messages.value;
    server.say('two');
    await pass(10);
    expect(talk.messages.value).toHaveLength(2);
    expect(talk.messages.value[0]).toBe(first);
  });
});

describe('an own message', () => {
  it('appears at once, keeps its key, and goes from sending to read', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    const states: string[] = [];
    const keys = new Set<string>();
    talk.messages.subscribe((messages) => {
      states.push(...messages.map(({ state }) => state));
      for (const { key } of messages) keys.add(key);
    });
    const key = talk.send('hello');
    await pass(10);
    for (const type of ['message.received', 'conversation.read']) {
      server.push({ type, conversation: TALK, user_id: BOB, seq: 1 });
      await pass(10);
    }
    expect(states).toEqual(['sending', 'sent', 'delivered', 'read']);
    expect([...keys]).toEqual([key]);
  });

  it('is sent again with the same id after a lost acknowledgement, and is stored once', async () => {
    let lost = 0;
    const server = fakeServer({
      reply: ({ action }) => {
        if (action !== 'message.send' || lost === 2) return 1;
        lost += 1;
        return 'lost';
      },
    });
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    talk.send('once');
    await pass(60_000);
    const sends = server.sent('message.send').map(({ ref, ...frame }) => frame);
    expect(sends.length).toBe(3);
    expect(sends[1]).toEqual(sends[0]);
    expect(sends[2]).toEqual(sends[0]);
    expect(server.log).toHaveLength(1);
    await during(talk.open());
    expect(talk.messages.value).toMatchObject([{ text: 'once', state: 'sent', seq: 1 }]);
  });

  it('is not sent again when a sync finds it in the log', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'message.send' ? 'lost' : 1) });
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    talk.send('stored');
    await pass(60_000);
    expect(server.sent('message.send')).toHaveLength(1);
    expect(talk.messages.value).toMatchObject([{ text: 'stored', state: 'sent', seq: 1 }]);
  });

  it('has a unique key, whatever ids other users and devices choose', async () => {
    // Few client ids: of the other user, and of another device that uses one twice.
    const names = ['a', 'b', 'm-2', undefined];
    const sending = fc.tuple(fc.constantFrom(ADA, BOB), fc.constantFrom(...names));
    await fc.assert(
      fc.asyncProperty(fc.array(sending, { maxLength: 8 }), async (said) => {
        const server = fakeServer();
        const { client } = await online(server);
        const talk = client.conversationWith(BOB);
        await during(talk.open());
        const own = talk.send('hello');
        await pass(50);
        for (const [sender, name] of [...said, [BOB, own] as const]) {
          const message = server.append(sender, 'x', name);
          server.push({ type: 'chat.message', ...message, sender: '' });
        }
        await pass(50);
        const { value } = talk.messages;
        expect(value).toHaveLength(said.length + 2);
        expect(new Set(value.map(({ key }) => key)).size).toBe(value.length);
        expect(value[0]).toMatchObject({ key: own, seq: 1, isOwn: true });
        client.close();
      }),
      { numRuns: 50 },
    );
  });

  it('stays one message although the next socket delivers it before the last one acknowledges it', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'message.send' ? 'lost' : 1) });
    const { client } = await online(server, { limits: { connectionMs: 10_000 } });
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    await pass(8_500);
    const lists: string[][] = [];
    const end = talk.messages.subscribe((messages) => lists.push(messages.map(({ key }) => key)));
    const key = talk.send('hello');
    await pass(10);
    // The server stores it after the next socket has opened, and then sends it to all sockets except its own.
    const [stored] = server.log.splice(0);
    const [first] = server.sockets;
    const { ref } = first?.frames.at(-1) ?? {};
    await pass(600);
    expect(server.open()).toHaveLength(2);
    server.log.push(stored);
    server.last().deliver({ type: 'chat.message', ...stored, sender: 'ada' });
    await pass(5);
    expect(talk.messages.value).toMatchObject([{ key, seq: 1, state: 'sent' }]);
    first?.deliver({ type: 'message.sent', ...stored, sender: 'ada', ref });
    await pass(2_000);
    end();
    expect(new Set(lists.map((keys) => keys.join()))).toEqual(new Set(['', key]));
  });

  it('that failed in two tabs and is retried in one is sent in both', async () => {
    const outbox = memoryOutbox();
    let isRefused = true;
    const server = fakeServer({
      reply: ({ action }) =>
        action === 'message.send' && isRefused
          ? { error: { type: 'error', code: 'user_not_found', detail: '' } }
          : 1,
    });
    server.lifetime = 86_400;
    const one = (await online(server, { outbox })).client.conversationWith(BOB);
    const key = one.send('again');
    await pass(100);
    const other = (await online(server, { outbox })).client.conversationWith(BOB);
    await during(other.open());
    await pass(60_000);
    expect(other.messages.value).toMatchObject([{ key, state: 'failed' }]);
    isRefused = false;
    await during(one.retry(key));
    server.last().deliver({ type: 'chat.message', ...server.log[0], sender: 'ada' });
    await pass(10);
    expect(other.messages.value).toMatchObject([{ key, state: 'sent' }]);
  });

  it('is sent only after the previous one is acknowledged, in one frame with all that waits by then', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'message.send' ? 1000 : 1) });
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    for (const text of ['a', 'b', 'c']) talk.send(text);
    await pass(500);
    for (const text of ['d', 'e']) talk.send(text);
    await pass(400);
    const sent = () =>
      server.sent('message.send').map(({ messages }) => messages.map(({ text }: { text: string }) => text));
    expect(sent()).toEqual([['a', 'b', 'c']]);
    await pass(3000);
    expect(sent()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
    // The device knew no message when it wrote these.
    const known = server.sent('message.send').map(({ after, messages }) => [after, messages[0].read]);
    expect(known).toEqual(Array(2).fill([0, 0]));
    expect(texts(talk.messages.value)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('is sent at once when the network is back, however often it failed before', async () => {
    const server = fakeServer();
    const { client, page } = await online(server);
    // The socket is open. For a conversation that is not open, the last `seq` comes from the HTTP API.
    server.faults.http = () => 'offline';
    const talk = client.conversationWith(BOB);
    talk.send('hello');
    await pass(60_000);
    expect(server.sent('message.send')).toEqual([]);
    server.faults.http = () => undefined;
    page.wake('online');
    await pass(50);
    expect(texts(server.log.map(({ message }) => ({ text: message })))).toEqual(['hello']);
  });

  it('waits as long as the server asks', async () => {
    let refusals = 1;
    const server = fakeServer({
      reply: ({ action }) => {
        if (action !== 'message.send' || refusals === 0) return 1;
        refusals -= 1;
        return { error: { type: 'error', code: 'rate_limited', detail: '', retry_after: 7 } };
      },
    });
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    talk.send('patient');
    await pass(6900);
    expect(server.sent('message.send')).toHaveLength(1);
    await pass(200);
    expect(server.log).toHaveLength(1);
  });

  it('fails with a reason when it is refused, can be retried or discarded, and does not stop the next one', async () => {
    let isRefusing = true;
    const server = fakeServer({
      reply: ({ text, messages = [{ text }] }) =>
        isRefusing && messages.some((one: { text: string }) => one.text === 'bad')
          ? { error: { type: 'error', code: 'user_not_found', detail: 'Gone.' } }
          : 1,
    });
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    const [bad, again] = [talk.send('bad'), talk.send('bad')];
    talk.send('good');
    await pass(100);
    expect(talk.messages.value).toMatchObject([
      { text: 'good', state: 'sent' },
      { key: bad, state: 'failed', reason: { code: 'user_not_found', detail: 'Gone.' } },
      { key: again, state: 'failed' },
    ]);
    isRefusing = false;
    talk.discard(again);
    await during(talk.retry(bad));
    expect(talk.messages.value).toMatchObject([{ text: 'good' }, { key: bad, state: 'sent' }]);
  });

  it('fails alone when the server refuses one of several in a frame, and the others are sent', async () => {
    const server = fakeServer({ refuses: 'bad' });
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    for (const text of ['one', 'bad', 'two', 'three']) talk.send(text);
    await pass(100);
    expect(talk.messages.value).toMatchObject([
      { text: 'one', state: 'sent' },
      { text: 'two', state: 'sent' },
      { text: 'three', state: 'sent' },
      { text: 'bad', state: 'failed', reason: { code: 'client_id_conflict', detail: 'Used before.' } },
    ]);
    expect(server.sent('message.send')).toHaveLength(2);
  });

  it('is sent with as many others as a frame can have: 20, and 24 KB', async () => {
    const outbox = memoryOutbox();
    const server = fakeServer();
    for (let n = 0; n < 45; n += 1) {
      const createdAt = new Date(Date.now() + n).toISOString();
      const text = n < 42 ? `m${n}` : '🦀'.repeat(3000);
      await outbox.put({ clientId: crypto.randomUUID(), userId: ADA, conversation: TALK, text, createdAt });
    }
    await online(server, { outbox });
    await pass(2000);
    const counts = server.sent('message.send').map(({ messages }) => messages?.length ?? 1);
    expect(counts).toEqual([20, 20, 4, 1]);
    expect(server.log).toHaveLength(45);
    expect(server.log.slice(0, 3).map(({ message }) => message)).toEqual(['m0', 'm1', 'm2']);
  });

  it('fails with the server’s text about its field', async () => {
    const errors = { text: ['The text must not be blank.'] };
    const server = fakeServer({
      reply: ({ action }) =>
        action === 'message.send'
          ? { error: { type: 'error', code: 'validation_failed', detail: 'Some fields are wrong.', errors } }
          : 1,
    });
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    talk.send(' ');
    await pass(100);
    expect(talk.messages.value).toMatchObject([
      { state: 'failed', reason: { code: 'validation_failed', detail: 'The text must not be blank.' } },
    ]);
  });

  it('survives a reload of the page, in order', async () => {
    const outbox = memoryOutbox();
    const offline = fakeServer({ handshake: () => 'refuse' });
    const before = await online(offline, { outbox });
    for (const text of ['a', 'b', 'c']) before.client.conversationWith(BOB).send(text);
    await pass(10);
    before.client.close();
    const server = fakeServer();
    const { client } = clientOf(server, { outbox });
    await during(client.logIn({ email: '', password: '' }), 500);
    expect(texts(server.log.map(({ message }) => ({ text: message })))).toEqual(['a', 'b', 'c']);
    expect(await outbox.load()).toEqual([]);
  });

  it('is found in the log when that has grown too much for the server to search it', async () => {
    let isFirst = true;
    const server = fakeServer({
      reply: ({ action }) => {
        if (action !== 'message.send') return 1;
        if (!isFirst) return { error: { type: 'error', code: 'after_invalid', detail: '' } };
        isFirst = false;
        return 'lost';
      },
    });
    const outbox = memoryOutbox();
    const { client } = await online(server, { outbox });
    client.conversationWith(BOB).send('long ago');
    await pass(100);
    for (let i = 0; i < 250; i += 1) server.say(`${i}`);
    await pass(60_000);
    expect(server.log.filter(({ message }) => message === 'long ago')).toHaveLength(1);
    expect(server.sent('message.send').length).toBeLessThan(4);
    expect(await outbox.load()).toEqual([]);
  });
});

it('whatever the network does, both users end with the same log, each message once and in order', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('send' as const), wait: fc.nat(400) }),
    fc.record({ do: fc.constant('say' as const), wait: fc.nat(400) }),
    fc.record({ do: fc.constant('cut' as const), wait: fc.nat(3000) }),
    fc.record({ do: fc.constant('wake' as const), wait: fc.nat(400) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fates, async (steps, all) => {
      const { server, calm } = unsteadyServer(all);
      const { client, page } = await online(server);
      const talk = client.conversationWith(BOB);
      void talk.open().catch(() => undefined);
      const said: string[] = [];
      for (const [i, { do: what, wait }] of steps.entries()) {
        if (what === 'send') said.push(`own ${i}`);
        if (what === 'send') talk.send(`own ${i}`);
        if (what === 'say') server.say(`bob ${i}`);
        if (what === 'cut') for (const socket of server.open()) socket.cut();
        if (what === 'wake') page.wake();
        await pass(wait);
      }
      calm();
      page.wake();
      await pass(180_000);
      const own = server.log.filter(({ client_id }) => client_id).map(({ message }) => message);
      expect(own).toEqual(said);
      expect(talk.messages.value.map(({ seq, text }) => [seq, text])).toEqual(
        server.log.map(({ seq, message }) => [seq, message]),
      );
      client.close();
    }),
    { numRuns: 200 },
  );
});
