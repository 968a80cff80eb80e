import { describe, expect, it } from 'vitest';
import { BOB, type FakeServer, fakeServer, TALK } from './fake-server.ts';
import { during, fakeClock, online, pass, texts } from './support.ts';

fakeClock();

/** A conversation with some messages of bob, which is open. */
async function opened(server: FakeServer, ...said: readonly string[]) {
  for (const text of said) server.say(text);
  const { client, page } = await online(server);
  const talk = client.conversation(TALK);
  await during(talk.open());
  // Later than the syncs that follow the socket.
  await pass(40_000);
  return { client, page, talk };
}

const held = (server: FakeServer) => server.sent('sync').map(({ conversations }) => conversations[TALK]);

describe('a message that changes', () => {
  it('shows its present state, and is a new object; the others stay the same', async () => {
    const server = fakeServer();
    const { talk } = await opened(server, 'one', 'two', 'three');
    const before = talk.messages.value;
    const syncs = server.sent('sync').length;
    server.edit(1, 'One');
    server.delete(3);
    await pass(10);
    const [one, two, three] = talk.messages.value;
    expect(one).toMatchObject({ text: 'One', version: 2, state: 'received' });
    expect(one?.editedAt).toEqual(server.log[0].edited_at);
    expect(two).toBe(before[1]);
    expect(three).toMatchObject({ text: '', key: before[2]?.key, seq: 3 });
    expect(three?.deletedAt).toEqual(server.log[2].deleted_at);
    expect([before[0]?.text, before[0]?.version, before[0]?.editedAt]).toEqual(['one', 1, undefined]);
    await pass(1_000);
    expect(server.sent('sync').length, 'nothing was missed').toBe(syncs);
  });

  it('ends in its last state, in whatever order its changes arrive', async () => {
    const delays: Record<number, number[]> = { 1: [90], 2: [10, 200], 3: [50] };
    const server = fakeServer({ push: ({ change }) => delays[change] ?? [1] });
    const { talk } = await opened(server, 'one');
    const syncs = server.sent('sync').length;
    const shown: string[] = [];
    talk.messages.subscribe((messages) => shown.push(...texts(messages)));
    for (const text of ['first', 'second', 'third']) server.edit(1, text);
    await pass(1_000);
    expect(shown).toEqual(['one', 'second', 'third']);
    expect(server.sent('sync').length, 'what is only late is not asked for').toBe(syncs);
  });

  it('is not put back by its first state, which comes late or again', async () => {
    const server = fakeServer({ push: ({ type }) => (type === 'chat.message' ? [100, 300] : [1]) });
    const { talk } = await opened(server, 'zero');
    server.say('one');
    server.edit(2, 'One');
    await pass(20);
    // It is the next one, so the change brings it.
    expect(texts(talk.messages.value)).toEqual(['zero', 'One']);
    await pass(1_000);
    expect(texts(talk.messages.value)).toEqual(['zero', 'One']);
  });

  it('waits for the messages before it', async () => {
    const server = fakeServer({ push: ({ type }) => (type === 'chat.message' ? [100] : [1]) });
    const { talk } = await opened(server, 'zero');
    server.say('one');
    server.say('two');
    server.edit(3, 'Two');
    await pass(20);
    expect(texts(talk.messages.value)).toEqual(['zero']);
    await pass(200);
    expect(texts(talk.messages.value)).toEqual(['zero', 'one', 'Two']);
  });

  it('shows the change that was told while the page with its first state was on its way', async () => {
    const server = fakeServer();
    for (let i = 1; i <= 60; i += 1) server.say(`${i}`);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    // The server reads the page after 2 ms, the frame comes after 4 ms, and the page after 5 ms.
    const whileRead = async (work: Promise<void>, seq: number) => {
      await pass(3);
      server.edit(seq, 'edited');
      await during(work);
    };
    await whileRead(talk.open(), 20);
    await whileRead(talk.loadOlder(), 5);
    expect(talk.messages.value.filter(({ version }) => version > 1).map(({ seq }) => seq)).toEqual([5, 20]);
    await pass(40_000);
    expect(
      new Set(
        held(server)
          .slice(1)
          .map(({ change }) => change),
      ),
    ).toEqual(new Set([2]));
  });
});

it('an own message that is shown before a gap is filled follows its changes', async () => {
  const server = fakeServer();
  const { talk } = await opened(server, 'one');
  server.append(BOB, 'lost');
  talk.send('helo');
  await pass(10);
  server.edit(3, 'hello');
  await pass(10);
  expect(texts(talk.messages.value)).toEqual(['one', 'hello']);
  await pass(1_000);
  expect(texts(talk.messages.value)).toEqual(['one', 'lost', 'hello']);
});

describe('changes that are told as one', () => {
  const folded = (server: FakeServer, change: number, changes: readonly number[]) => {
    const message = { ...server.log[0], change, reactions: [{ emoji: '👍', users: [BOB] }] };
    server.push({ type: 'message.changed', conversation: TALK, change, changes, message });
  };

  it('leave no gap', async () => {
    const server = fakeServer();
    const { talk } = await opened(server, 'one', 'two');
    const before = server.sent('sync').length;
    folded(server, 3, [1, 2, 3]);
    await pass(5_000);
    expect(talk.messages.value[0]?.reactions).toMatchObject([{ emoji: '👍', users: [BOB] }]);
    expect(server.sent('sync')).toHaveLength(before);
  });

  it('may come a second and a half after a later edit', async () => {
    const server = fakeServer();
    const { talk } = await opened(server, 'one', 'two');
    const before = server.sent('sync').length;
    const edited = {
      ...server.log[1],
      message: 'Two',
      change: 4,
      version: 2,
      edited_at: server.log[1].created_at,
    };
    server.push({ type: 'message.changed', conversation: TALK, change: 4, message: edited });
    await pass(1_500);
    folded(server, 3, [1, 2, 3]);
    await pass(5_000);
    expect(texts(talk.messages.value)).toEqual(['one', 'Two']);
    expect(server.sent('sync')).toHaveLength(before);
  });
});

describe('a change that never arrives', () => {
  it('is asked for with what is held, after it may only have been late', async () => {
    const server = fakeServer({ push: ({ message }) => (message.message === 'lost' ? [] : [1]) });
    const { talk } = await opened(server, 'one', 'two');
    const before = server.sent('sync').length;
    server.edit(1, 'lost');
    server.edit(2, 'Two');
    await pass(1_950);
    expect(texts(talk.messages.value)).toEqual(['one', 'Two']);
    expect(server.sent('sync')).toHaveLength(before);
    await pass(100);
    expect(held(server).slice(before)).toEqual([{ seq: 2, change: 0 }]);
    expect(texts(talk.messages.value)).toEqual(['lost', 'Two']);
    server.edit(2, 'two again');
    await pass(3_000);
    expect(server.sent('sync')).toHaveLength(before + 1);
  });

  it('does not delay the messages that are missing, too', async () => {
    const server = fakeServer({
      push: ({ message }) => (/lost/.test(message.message ?? message) ? [] : [1]),
    });
    const { talk } = await opened(server, 'one');
    server.edit(1, 'lost');
    server.edit(1, 'One');
    await pass(10);
    server.say('lost, too');
    server.say('three');
    await pass(400);
    expect(texts(talk.messages.value)).toEqual(['One', 'lost, too', 'three']);
  });

  it('is asked for again with pauses, if the server cannot tell it yet', async () => {
    const server = fakeServer();
    const { talk } = await opened(server, 'one');
    const before = server.sent('sync').length;
    server.push({ type: 'message.changed', conversation: TALK, change: 9, message: server.log[0] });
    await pass(20_000);
    const asked = server.sent('sync').length - before;
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(15);
    talk.close();
    await pass(60_000);
    expect(server.sent('sync').length - before, 'a closed conversation asks no more').toBeLessThanOrEqual(
      asked + 1,
    );
  });

  it('is brought by the sync of the next connection, page by page', async () => {
    const server = fakeServer();
    const { talk } = await opened(server, ...'abcdefgh');
    const before = server.sent('sync').length;
    server.last().cut();
    for (const seq of [1, 2, 3, 4, 5, 1]) server.edit(seq, `edited ${seq}`);
    server.delete(6);
    server.say('new');
    server.edit(9, 'New');
    await pass(2_000);
    expect(talk.messages.value.map(({ text, version }) => [text, version])).toEqual(
      server.log.map(({ message, version = 1 }) => [message, version]),
    );
    // A page has three messages. The second one tells number 1 again, because it has changed once more.
    expect(held(server).slice(before)).toEqual([
      { seq: 8, change: 0 },
      { seq: 8, change: 3 },
      { seq: 8, change: 6 },
    ]);
  });

  it('is brought although a message of a later page came in between by a frame', async () => {
    const server = fakeServer({ push: () => [] });
    const { talk } = await opened(server, ...'abc');
    server.last().cut();
    for (const seq of [1, 2, 3]) server.edit(seq, `edited ${seq}`);
    server.say('new');
    server.edit(4, 'New');
    const { message, change, version, edited_at, ...others } = server.log[3];
    server.faults.reply = ({ action, conversations }) => {
      const { seq } = conversations?.[TALK] ?? {};
      // Before the second page is asked for, the first state of the message comes on a socket that is slow.
      if (action === 'sync' && seq === 3) {
        server.last().deliver({ type: 'chat.message', ...others, message: 'new', sender: 'bob' });
      }
      return 1;
    };
    await pass(2_000);
    expect(texts(talk.messages.value)).toEqual(['edited 1', 'edited 2', 'edited 3', 'New']);
  });

  it('is not told again by a later sync', async () => {
    const server = fakeServer({ push: () => [] });
    const { talk } = await opened(server, 'one');
    server.edit(1, 'One');
    for (let round = 0; round < 2; round += 1) {
      server.last().cut();
      await pass(2_000);
    }
    expect(texts(talk.messages.value)).toEqual(['One']);
    expect(held(server).at(-1)).toEqual({ seq: 1, change: 1 });
  });
});

describe('after too many missed changes', () => {
  it('a conversation begins anew, and shows what it held until then', async () => {
    const server = fakeServer();
    for (let i = 1; i <= 60; i += 1) server.say(`${i}`);
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    await during(talk.loadOlder());
    await pass(40_000);
    server.last().cut();
    server.kept = 5;
    for (const seq of [1, 2, 3, 55, 60]) server.edit(seq, `edited ${seq}`);
    const lengths = new Set<number>();
    const end = talk.messages.subscribe(({ length }) => lengths.add(length));
    await pass(2_000);
    end();
    expect([...lengths], 'it is never empty').toEqual([60, 50]);
    expect(texts(talk.messages.value)).toEqual(server.log.slice(10).map(({ message }) => message));
    expect([talk.hasOlder.value, talk.isLoaded.value]).toEqual([true, true]);
    await during(talk.loadOlder());
    expect(texts(talk.messages.value)).toEqual(server.log.map(({ message }) => message));
    await pass(40_000);
    expect(held(server).at(-1)).toEqual({ seq: 60, change: 5 });
  });

  it('a page that was asked for before the beginning is not shown: it may be older', async () => {
    const server = fakeServer();
    for (let i = 1; i <= 60; i += 1) server.say(`${i}`);
    const slow = (url: string, init: RequestInit) =>
      server.fetch(url, init).then(async (response) => {
        if (url.includes('before=')) await new Promise((resolve) => setTimeout(resolve, 5_000));
        return response;
      });
    const { client } = await online(server, { fetch: slow });
    const talk = client.conversation(TALK);
    await during(talk.open());
    await pass(40_000);
    const older = talk.loadOlder();
    await pass(10);
    server.last().cut();
    server.kept = 1;
    server.edit(5, 'edited');
    await during(older, 6_000);
    expect([talk.messages.value.length, talk.hasOlder.value]).toEqual([50, true]);
    await during(talk.loadOlder(), 6_000);
    expect(talk.messages.value[4]?.text).toBe('edited');
  });

  it('it begins anew as soon as the page can be read', async () => {
    const server = fakeServer();
    const { talk } = await opened(server, 'one');
    server.last().cut();
    server.kept = 1;
    server.edit(1, 'One');
    server.faults.http = (_method, path) => (path.endsWith('/messages') ? 'offline' : undefined);
    await pass(5_000);
    expect(texts(talk.messages.value)).toEqual(['one']);
    server.faults.http = () => undefined;
    await pass(60_000);
    expect(texts(talk.messages.value)).toEqual(['One']);
  });
});

describe('the last message in the inbox', () => {
  const last = (server: Awaited<ReturnType<typeof opened>>) => server.client.inbox.items.value[0]?.last;

  it('follows its changes, and an item that does not change stays the same object', async () => {
    const server = fakeServer();
    const given = await opened(server, 'one', 'two');
    const [item] = given.client.inbox.items.value;
    server.edit(1, 'One');
    await pass(10);
    expect(given.client.inbox.items.value[0]).toBe(item);
    server.edit(2, 'Two');
    await pass(10);
    expect(last(given)).toMatchObject({ seq: 2, text: 'Two', editedAt: server.log[1].edited_at });
    server.delete(2);
    await pass(10);
    expect(last(given)).toMatchObject({ seq: 2, text: '', deletedAt: server.log[1].deleted_at });
  });

  it('is not put back by an older state', async () => {
    const server = fakeServer();
    const given = await opened(server, 'one');
    const [first] = server.log;
    server.edit(1, 'One');
    server.edit(1, 'ONE');
    await pass(10);
    const frames = [{ type: 'chat.message', ...first, sender: 'bob' }];
    for (const frame of frames) server.push(frame);
    await pass(10);
    expect(last(given)?.text).toBe('ONE');
    expect(texts(given.talk.messages.value)).toEqual(['ONE']);
  });

  it('is its present state when the list is loaded', async () => {
    const server = fakeServer();
    server.say('one');
    server.delete(1);
    const { client } = await online(server);
    expect(client.inbox.items.value).toMatchObject([{ last: { text: '' } }]);
    expect(client.inbox.items.value[0]?.last.deletedAt).toEqual(expect.any(String));
  });

  it('of a conversation that is not in the list is not asked for, because an old message changes', async () => {
    const server = fakeServer();
    server.say('one');
    server.faults.http = (_method, path) => (path === '/conversations' ? 'offline' : undefined);
    const { client } = await online(server);
    const before = server.requests.length;
    server.edit(1, 'One');
    await pass(10);
    expect(server.requests.slice(before).filter((one) => one === `GET /conversations/${TALK}`)).toEqual([]);
    expect(client.inbox.items.value.filter(({ id }) => id !== TALK)).toEqual([]);
  });
});
