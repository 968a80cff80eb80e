import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localTokens, memoryOutbox, type OutboxStore } from '../../client/index.ts';
import { browser } from './browser.ts';
import { ADA, BOB, type FakeServer, fakeServer, TALK } from './fake-server.ts';
import { failingOf, fates, unsteadyServer } from './fates.ts';
import { slowly } from './slow-store.ts';
import { clientOf, during, fakeClock, online, pass } from './support.ts';

fakeClock();

const AS_ADA = { email: 'ada@example.com', password: 'x' };
const AS_BOB = { email: 'bob@example.com', password: 'x' };

const isReaction = ({ action }: { action: string }) => /^message\.(un)?react$/.test(action);

/** What was sent about reactions: the action, the message and the emoji. */
const sent = (server: FakeServer) =>
  server.sockets
    .flatMap(({ frames }) => frames)
    .filter(isReaction)
    .map(({ action, seq, emoji }) => `${action.slice(8)} ${seq} ${emoji}`);

/** Bob and then Ada have said something, and Ada's conversation is open. */
async function opened(server: FakeServer, outbox: OutboxStore = memoryOutbox()) {
  if (server.log.length === 0) {
    server.append(BOB, 'theirs');
    server.append(ADA, 'own', crypto.randomUUID());
  }
  const { client, page } = await online(server, { outbox });
  const talk = client.conversationWith(BOB);
  await during(talk.open());
  const [theirs, own] = talk.messages.value.map(({ key }) => key) as [string, string];
  const shown = (seq = 1) => talk.messages.value.find((one) => one.seq === seq)?.reactions;
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
  return { client, page, talk, outbox, theirs, own, shown, cut, connect };
}

/** Refuses, or fails, so many frames about reactions. */
const failing = failingOf(isReaction);

const OWN = { users: [ADA], isOwn: true };

describe('a reaction', () => {
  it('shows at once, and is stored', async () => {
    const server = fakeServer();
    const { talk, theirs, shown, outbox } = await opened(server);
    const states: unknown[] = [];
    talk.messages.subscribe(([one]) => states.push([one?.reactions, one?.state, one?.version]));
    talk.react(theirs, '👍');
    expect(shown()).toEqual([{ emoji: '👍', ...OWN }]);
    await pass(10);
    expect(states).toEqual([
      [[], 'received', 1],
      [[{ emoji: '👍', ...OWN }], 'received', 1],
    ]);
    expect(server.log[0].reactions).toEqual([{ emoji: '👍', users: [ADA] }]);
    expect(server.sent('message.react').map(({ ref, ...frame }) => frame)).toEqual([
      { action: 'message.react', conversation: TALK, seq: 1, emoji: '👍' },
    ]);
    expect(await outbox.load()).toEqual([]);
  });

  it('goes at once when it is taken back', async () => {
    const server = fakeServer();
    const { talk, own, shown, outbox } = await opened(server);
    talk.react(own, '👍');
    await pass(10);
    talk.unreact(own, '👍');
    expect(shown(2)).toEqual([]);
    await pass(10);
    expect(shown(2)).toEqual([]);
    expect(server.log[1]).not.toHaveProperty('reactions');
    expect([sent(server), await outbox.load()]).toEqual([['react 2 👍', 'unreact 2 👍'], []]);
  });

  it('stands behind those of others, in order, and leaves theirs when it is taken back', async () => {
    const server = fakeServer();
    const { talk, theirs, shown } = await opened(server);
    server.react(BOB, 1, '🎉');
    server.react(BOB, 1, '👍');
    await pass(10);
    expect(shown()).toEqual([
      { emoji: '🎉', users: [BOB], isOwn: false },
      { emoji: '👍', users: [BOB], isOwn: false },
    ]);
    for (const emoji of ['👍', '👀']) talk.react(theirs, emoji);
    const all = [
      { emoji: '🎉', users: [BOB], isOwn: false },
      { emoji: '👍', users: [BOB, ADA], isOwn: true },
      { emoji: '👀', ...OWN },
    ];
    expect(shown()).toEqual(all);
    await pass(10);
    expect(shown()).toEqual(all);
    talk.unreact(theirs, '👍');
    expect(shown()?.[1]).toEqual({ emoji: '👍', users: [BOB], isOwn: false });
    await pass(10);
    expect(server.log[0].reactions[1]).toEqual({ emoji: '👍', users: [BOB] });
  });

  it('that is there already, or gone already, is none', async () => {
    const server = fakeServer();
    const { talk, theirs } = await opened(server);
    talk.unreact(theirs, '👍');
    talk.react(theirs, '👍');
    talk.react(theirs, '👍');
    await pass(10);
    const [before] = talk.messages.value;
    talk.react(theirs, '👍');
    await pass(10);
    expect(sent(server)).toEqual(['react 1 👍']);
    expect(talk.messages.value[0]).toBe(before);
  });

  it('changes neither other messages nor the line of the inbox', async () => {
    const server = fakeServer();
    const { client, talk } = await opened(server);
    const [item] = client.inbox.items.value;
    const [first] = talk.messages.value;
    server.react(BOB, 2, '👍');
    await pass(10);
    expect(talk.messages.value[0]).toBe(first);
    expect(talk.messages.value[1]?.reactions).toHaveLength(1);
    expect(client.inbox.items.value[0]).toBe(item);
  });

  it('with an emoji that lacks its variation selector is the same one', async () => {
    const server = fakeServer();
    const { talk, theirs, shown, outbox } = await opened(server);
    server.react(BOB, 1, '\u2764\ufe0f');
    await pass(10);
    talk.react(theirs, '\u2764');
    const both = [{ emoji: '\u2764\ufe0f', users: [BOB, ADA], isOwn: true }];
    expect(shown()).toEqual(both);
    await pass(10);
    expect([shown(), await outbox.load()]).toEqual([both, []]);
    talk.unreact(theirs, '\u2764\ufe0f');
    await pass(10);
    expect(server.log[0].reactions).toEqual([{ emoji: '\u2764\ufe0f', users: [BOB] }]);
  });

  it.each(['busy', 'unavailable', 'rate_limited', 'internal'])('is sent again after %s', async (code) => {
    const server = fakeServer({ reply: failing(code, 2) });
    const { talk, theirs, outbox } = await opened(server);
    talk.react(theirs, '👍');
    await pass(10_000);
    expect([sent(server).length, server.changes, await outbox.load()]).toEqual([3, [1], []]);
  });

  it('whose answer is lost is sent again, and stored once', async () => {
    let lost = 2;
    const server = fakeServer({
      reply: (frame) => {
        if (!isReaction(frame) || lost === 0) return 1;
        lost -= 1;
        return 'lost';
      },
    });
    const { talk, theirs, outbox } = await opened(server);
    talk.react(theirs, '👍');
    talk.close();
    await pass(60_000);
    expect([sent(server).length, server.changes, await outbox.load()]).toEqual([3, [1], []]);
  });

  it('that is taken back while it is on its way is taken back after that', async () => {
    const server = fakeServer({ reply: (frame) => (isReaction(frame) ? 500 : 1) });
    const { talk, theirs, shown, outbox } = await opened(server);
    talk.react(theirs, '👍');
    await pass(100);
    talk.unreact(theirs, '👍');
    expect(shown()).toEqual([]);
    await pass(2_000);
    expect(sent(server)).toEqual(['react 1 👍', 'unreact 1 👍']);
    expect([shown(), server.log[0].reactions, await outbox.load()]).toEqual([[], undefined, []]);
  });

  it('that waits behind another one, and that another device has added meanwhile, is taken back there too', async () => {
    const server = fakeServer({ reply: (frame) => (isReaction(frame) ? 500 : 1) });
    const { talk, theirs, own, shown, outbox } = await opened(server);
    talk.react(own, '🎉');
    talk.react(theirs, '👍');
    await pass(100);
    server.react(ADA, 1, '👍');
    await pass(10);
    talk.unreact(theirs, '👍');
    expect(shown()).toEqual([]);
    await pass(3_000);
    expect(sent(server)).toEqual(['react 2 🎉', 'unreact 1 👍']);
    expect([shown(), server.log[0].reactions, await outbox.load()]).toEqual([[], undefined, []]);
  });

  it('is sent in order, beside edits', async () => {
    const server = fakeServer();
    const { talk, theirs, own, cut, connect } = await opened(server);
    await cut();
    talk.react(theirs, '🎉');
    talk.edit(own, 'edited');
    talk.react(own, '👍');
    await connect();
    const actions = server.last().frames.map(({ action }) => action);
    expect(actions.filter((one) => one.startsWith('message.'))).toEqual([
      'message.react',
      'message.edit',
      'message.react',
    ]);
    expect(server.log).toMatchObject([{ reactions: [{}] }, { message: 'edited', reactions: [{}] }]);
    expect(talk.messages.value).toMatchObject([
      { reactions: [{ emoji: '🎉' }] },
      { text: 'edited', version: 2, state: 'sent', reactions: [{ emoji: '👍' }] },
    ]);
  });
});

describe('a reaction without a connection', () => {
  it('and its opposite are nothing', async () => {
    const server = fakeServer();
    const { client, talk, theirs, own, shown, outbox, cut, connect } = await opened(server);
    talk.react(own, '🎉');
    await pass(10);
    await cut();
    talk.react(theirs, '👍');
    talk.unreact(own, '🎉');
    await pass(10);
    expect(await client.countUnsent()).toBe(2);
    talk.unreact(theirs, '👍');
    talk.react(own, '🎉');
    expect([shown(1), shown(2)]).toEqual([[], [{ emoji: '🎉', ...OWN }]]);
    await pass(10);
    expect([await client.countUnsent(), await outbox.load()]).toEqual([0, []]);
    await connect();
    expect(sent(server)).toEqual(['react 2 🎉']);
  });

  it('survives a reload, shows again, and is sent', async () => {
    const server = fakeServer();
    const first = await opened(server);
    await first.cut();
    first.talk.react(first.theirs, '👍');
    await pass(10);
    first.client.close();
    server.faults.handshake = () => 'open';
    server.faults.reply = failing('busy', 1, { retry_after: 2 });
    const { shown, outbox } = await opened(server, first.outbox);
    expect([shown(), server.log[0].reactions]).toEqual([[{ emoji: '👍', ...OWN }], undefined]);
    await pass(5_000);
    expect(server.log[0].reactions).toEqual([{ emoji: '👍', users: [ADA] }]);
    expect([shown(), await outbox.load()]).toEqual([[{ emoji: '👍', ...OWN }], []]);
  });

  it('that may have been sent before a reload is taken back on the server', async () => {
    const server = fakeServer({ reply: (frame) => (isReaction(frame) ? 'lost' : 1) });
    const first = await opened(server);
    first.talk.react(first.theirs, '👍');
    await pass(100);
    first.client.close();
    server.faults.handshake = () => 'refuse';
    const { client, page } = await online(server, { outbox: first.outbox });
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    server.faults.reply = () => 1;
    await pass(100);
    server.faults.handshake = () => 'open';
    page.wake('online');
    await pass(1_000);
    talk.unreact(talk.messages.value[0]?.key ?? '', '👍');
    await pass(1_000);
    expect([server.log[0].reactions, await first.outbox.load()]).toEqual([undefined, []]);
  });

  it('is gone with the message that the user removes', async () => {
    const server = fakeServer();
    const { talk, own, shown, cut, connect, outbox } = await opened(server);
    await cut();
    talk.react(own, '👍');
    talk.remove(own);
    expect(shown(2)).toEqual([]);
    await connect();
    expect([sent(server), server.log[1].message, await outbox.load()]).toEqual([[], '', []]);
  });

  it('shows in another tab, and is sent by whichever has a connection', async () => {
    const server = fakeServer();
    const one = await opened(server);
    await one.cut();
    one.talk.react(one.theirs, '👍');
    await pass(10);
    server.faults.handshake = () => 'open';
    server.faults.reply = (frame) => (isReaction(frame) ? 500 : 1);
    const other = await opened(server, one.outbox);
    expect(other.shown()).toEqual([{ emoji: '👍', ...OWN }]);
    await pass(60_000);
    for (const { shown } of [one, other]) expect(shown()).toEqual([{ emoji: '👍', ...OWN }]);
    expect([server.changes, await one.outbox.load()]).toEqual([[1], []]);
  });

  it.each(Array.from({ length: 24 }, (_, i) => 2 * i))(
    'is gone if another tab takes it back %s ms after the first one has begun to connect and to send it',
    async (ms) => {
      const server = fakeServer();
      const store = slowly(memoryOutbox());
      const one = await opened(server, store);
      await one.cut();
      one.talk.react(one.theirs, '👍');
      await pass(10);
      const other = await opened(server, store);
      expect(other.shown()).toEqual([{ emoji: '👍', ...OWN }]);
      server.faults.handshake = () => 'open';
      one.page.wake('online');
      await pass(ms);
      other.talk.unreact(other.theirs, '👍');
      await pass(60_000);
      expect([server.log[0].reactions, one.shown(), other.shown(), await during(store.load())]).toEqual([
        undefined,
        [],
        [],
        [],
      ]);
    },
  );

  it('is discarded by a logout, in any tab', async () => {
    const server = fakeServer();
    server.append(BOB, 'theirs');
    const shared = browser();
    const outbox = memoryOutbox();
    const [one, other] = [1, 2].map(
      () => clientOf(server, { tokens: localTokens('t', shared.tab()), outbox }).client,
    ) as [ReturnType<typeof clientOf>['client'], ReturnType<typeof clientOf>['client']];
    await during(one.logIn(AS_ADA));
    await during(other.resume());
    const talk = one.conversationWith(BOB);
    await during(talk.open());
    server.faults.reply = failing('busy');
    talk.react(talk.messages.value[0]?.key ?? '', '👍');
    await pass(100);
    expect([await one.countUnsent(), await other.countUnsent()]).toEqual([1, 1]);
    await during(other.logOut());
    expect(await outbox.load()).toEqual([]);
    server.faults.reply = () => 1;
    const before = sent(server).length;
    await during(one.logIn(AS_ADA));
    await pass(60_000);
    expect([sent(server).length, server.log[0].reactions]).toEqual([before, undefined]);
  });

  it('is not sent by the next user of the browser', async () => {
    const server = fakeServer();
    const { client, talk, theirs, outbox, cut } = await opened(server);
    await cut();
    talk.react(theirs, '👍');
    await pass(10);
    // An earlier version of the library would take it for a message or a removal.
    expect(await outbox.load()).toMatchObject([{ reactorId: ADA }]);
    expect(Object.keys((await outbox.load())[0] ?? {})).not.toContain('changerId');
    client.close();
    server.faults.handshake = () => 'open';
    const next = clientOf(server, { outbox });
    await during(next.client.logIn(AS_BOB), 500);
    expect([next.client.connection.value, sent(server), await outbox.load()]).toEqual(['online', [], []]);
  });
});

describe('a reaction that the server refuses', () => {
  it.each([
    'too_many_reactions',
    'message_not_found',
    'message_deleted',
    'cannot_write_to_user',
    'user_not_found',
    'validation_failed',
  ])('after %s is gone again, with the reason, and does not stop the next one', async (code) => {
    const server = fakeServer({ reply: failing(code, 1) });
    const { talk, theirs, shown, outbox } = await opened(server);
    const [before] = talk.messages.value;
    talk.react(theirs, '👍');
    talk.react(theirs, '🎉');
    await pass(100);
    expect(talk.messages.value[0]).toMatchObject({
      text: 'theirs',
      state: 'received',
      reactions: [{ emoji: '🎉' }],
      refusedReactions: [{ emoji: '👍', wish: 'react', reason: { code, detail: `Because of ${code}.` } }],
    });
    // These are of an edit or a removal.
    for (const field of ['reason', 'refusedText']) expect(talk.messages.value[0]).not.toHaveProperty(field);
    expect(await outbox.load(), 'it survives a reload').toMatchObject([{ emoji: '👍', reason: { code } }]);
    talk.discard(theirs);
    talk.unreact(theirs, '🎉');
    await pass(10);
    expect([talk.messages.value[0], await outbox.load()]).toEqual([before, []]);
    expect(shown()).toEqual([]);
  });

  it('is sent again by `retry`, or by another try', async () => {
    const server = fakeServer({ reply: failing('too_many_reactions', 2) });
    const { talk, theirs, shown } = await opened(server);
    talk.react(theirs, '👍');
    await pass(10);
    talk.react(theirs, '👍');
    expect(talk.messages.value[0]).not.toHaveProperty('refusedReactions');
    await pass(10);
    expect(talk.messages.value[0]?.refusedReactions).toMatchObject([
      { reason: { code: 'too_many_reactions' } },
    ]);
    await during(talk.retry(theirs));
    expect(talk.messages.value[0]).not.toHaveProperty('refusedReactions');
    expect(shown()).toEqual([{ emoji: '👍', ...OWN }]);
  });

  it('and was to be taken back shows again', async () => {
    const server = fakeServer();
    const { talk, own, shown } = await opened(server);
    talk.react(own, '👍');
    await pass(10);
    server.faults.reply = failing('conversation_not_found', 1);
    talk.unreact(own, '👍');
    await pass(10);
    expect(shown(2)).toEqual([{ emoji: '👍', ...OWN }]);
    expect(talk.messages.value[1]).toMatchObject({
      state: 'sent',
      refusedReactions: [{ emoji: '👍', wish: 'unreact', reason: { code: 'conversation_not_found' } }],
    });
  });

  it('stands beside a refused edit, and a second one beside the first', async () => {
    const server = fakeServer();
    const { talk, own, outbox } = await opened(server);
    server.faults.reply = ({ action }) =>
      action === 'message.edit' || isReaction({ action })
        ? { error: { type: 'error', code: 'cannot_write_to_user', detail: action } }
        : 1;
    talk.edit(own, 'edited');
    const told: unknown[] = [];
    talk.messages.subscribe(([, one]) => told.push(one?.refusedReactions?.map(({ emoji }) => emoji)));
    for (const emoji of ['👍', '🎉']) talk.react(own, emoji);
    await pass(100);
    const refused = { wish: 'react', reason: { code: 'cannot_write_to_user', detail: 'message.react' } };
    const [, before] = talk.messages.value;
    expect(before).toMatchObject({
      text: 'own',
      refusedText: 'edited',
      reason: { code: 'cannot_write_to_user', detail: 'message.edit' },
      reactions: [],
      refusedReactions: [
        { emoji: '👍', ...refused },
        { emoji: '🎉', ...refused },
      ],
    });
    expect(told.slice(-2)).toEqual([['👍'], ['👍', '🎉']]);
    server.react(BOB, 1, '👀');
    await pass(10);
    expect(talk.messages.value[1], 'an unchanged message stays the same object').toBe(before);
    // Both are sent again.
    server.faults.reply = () => 1;
    await during(talk.retry(own));
    expect(server.log[1]).toMatchObject({ message: 'edited', reactions: [{}, {}] });
    expect([Object.keys(talk.messages.value[1] ?? {}), await outbox.load()]).toEqual([
      expect.not.arrayContaining(['reason', 'refusedText', 'refusedReactions']),
      [],
    ]);
  });

  it('is no reason to send an edit that changes nothing', async () => {
    const server = fakeServer({ reply: failing('too_many_reactions', 1) });
    const { talk, own } = await opened(server);
    talk.react(own, '👍');
    await pass(10);
    talk.edit(own, 'own');
    await pass(10);
    expect([server.sent('message.edit'), talk.messages.value[1]?.refusedReactions?.length]).toEqual([[], 1]);
  });

  it('tells the server’s text about its field', async () => {
    const errors = { emoji: ['Must be one emoji.'] };
    const server = fakeServer({ reply: failing('validation_failed', 1, { errors }) });
    const { talk, theirs } = await opened(server);
    talk.react(theirs, 'x');
    await pass(10);
    expect(talk.messages.value[0]?.refusedReactions?.[0]?.reason.detail).toBe('Must be one emoji.');
  });
});

it('to react throws if there is no such message, if it is deleted or not stored yet, and without a user', async () => {
  const server = fakeServer();
  const { client, talk, theirs, own, cut } = await opened(server);
  const code = (work: () => void) => {
    try {
      work();
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'none';
  };
  server.react(BOB, 1, '👍');
  server.delete(1);
  await pass(10);
  await cut();
  const unsent = talk.send('later');
  for (const change of [talk.react, talk.unreact]) {
    expect(['none', theirs, unsent].map((key) => code(() => change(key, '👍')))).toEqual([
      'message_not_found',
      'message_deleted',
      'message_not_found',
    ]);
  }
  expect(talk.messages.value[0]?.reactions).toEqual([]);
  await during(client.logOut());
  expect(code(() => talk.react(own, '👍'))).toBe('not_logged_in');
  expect(sent(server)).toEqual([]);
});

describe('whatever the network does', () => {
  const step = fc.record({
    do: fc.constantFrom('react', 'react', 'react', 'toggle', 'bob', 'edit', 'cut', 'wake', 'reload'),
    tab: fc.nat(1),
    seq: fc.integer({ min: 1, max: 3 }),
    emoji: fc.constantFrom('👍', '🎉'),
    wait: fc.integer({ min: 0, max: 600 }),
  });

  it.each([
    ['the server ends with the reactions that the user wanted', 1],
    ['two tabs end with what the server has', 2],
  ])('%s', async (_what, count) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fates, async (steps, all) => {
        const { server, calm } = unsteadyServer(all);
        server.lifetime = 86_400;
        for (const sender of [ADA, BOB, ADA]) server.append(sender, 'x', crypto.randomUUID());
        const outbox = memoryOutbox();
        const begin = async () => {
          const { client, page } = await online(server, { outbox });
          const talk = client.conversationWith(BOB);
          void talk.open().catch(() => undefined);
          return { client, page, talk };
        };
        const tabs: Awaited<ReturnType<typeof begin>>[] = [];
        while (tabs.length < count) tabs.push(await begin());
        const wanted = new Map<string, boolean>();
        for (const { do: what, tab, seq, emoji, wait } of steps) {
          const { talk, page, client } = tabs[tab % count] as (typeof tabs)[0];
          const message = talk.messages.value.find((one) => one.seq === seq);
          const isOn = message?.reactions.some((one) => one.isOwn && one.emoji === emoji);
          if (message && (what === 'react' || what === 'toggle')) {
            const isRemoval = what === 'toggle' && isOn;
            wanted.set(`${seq} ${emoji}`, !isRemoval);
            if (isRemoval) talk.unreact(message.key, emoji);
            else talk.react(message.key, emoji);
          }
          if (what === 'edit' && message?.isOwn) talk.edit(message.key, `edited ${wait}`);
          if (what === 'bob') server.react(BOB, seq, emoji, wait % 2 === 0);
          if (what === 'cut') for (const socket of server.open()) socket.cut();
          if (what === 'wake') page.wake();
          if (what === 'reload') {
            // What was not stored yet when the page is closed is lost.
            await pass(10);
            client.close();
            tabs[tab % count] = await begin();
          }
          await pass(wait);
        }
        calm();
        for (const { page } of tabs) page.wake();
        await pass(180_000);
        for (const socket of server.open()) socket.cut();
        await pass(60_000);
        for (const { talk } of tabs) {
          expect(
            talk.messages.value.map(({ reactions }) => reactions.map(({ isOwn, ...one }) => one)),
          ).toEqual(server.log.map(({ reactions = [] }) => reactions));
        }
        expect((await outbox.load()).filter((one) => !('reason' in one))).toEqual([]);
        for (const [place, isOn] of wanted) {
          const [seq, emoji] = place.split(' ');
          const { reactions = [] } = server.log[Number(seq) - 1];
          const users = reactions.find((one: { emoji: string }) => one.emoji === emoji)?.users ?? [];
          if (count === 1) expect(users.includes(ADA), place).toBe(isOn);
        }
        for (const { client } of tabs) client.close();
      }),
      { numRuns: 100 },
    );
  });
});
