import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { localTokens, memoryOutbox, type OutboxStore } from '../../client/index.ts';
import { createOutbox } from '../../client/outbox/outbox.ts';
import { wishOf } from '../../client/outbox/outbox-store.ts';
import { createRetry } from '../../client/retry.ts';
import { browser } from './browser.ts';
import { ADA, BOB, type FakeServer, fakeServer, TALK } from './fake-server.ts';
import { failingOf, fates, unsteadyServer } from './fates.ts';
import { slowly, withoutSteps } from './slow-store.ts';
import { clientOf, during, fakeClock, online, pass, texts } from './support.ts';

fakeClock();

const AS_ADA = { email: 'ada@example.com', password: 'x' };
const AS_BOB = { email: 'bob@example.com', password: 'x' };

const isChange = ({ action }: { action: string }) => action === 'message.edit' || action === 'message.delete';

/** The frames that have changed a message, without `ref`. */
const sent = (server: FakeServer) =>
  server.sockets
    .flatMap(({ frames }) => frames)
    .filter(isChange)
    .map(({ ref, ...frame }) => frame);

/** Ada has said some things, and her conversation is open. */
async function opened(
  server: FakeServer,
  said: readonly string[] = ['helo'],
  outbox: OutboxStore = memoryOutbox(),
) {
  for (const text of said) server.append(ADA, text, crypto.randomUUID());
  const { client, page } = await online(server, { outbox });
  const talk = client.conversationWith(BOB);
  await during(talk.open());
  const keyOf = (seq: number) => talk.messages.value.find((one) => one.seq === seq)?.key ?? '';
  return { client, page, talk, outbox, keyOf, key: keyOf(1) };
}

const refuse = () => Promise.reject(new Error('x'));

/** Refuses, or fails, so many frames that change a message. */
const failing = failingOf(isChange);

describe('an edit', () => {
  it('shows at once, and is stored as the next version', async () => {
    const server = fakeServer();
    const { talk, key, outbox } = await opened(server);
    const states: unknown[] = [];
    talk.messages.subscribe(([one]) => states.push([one?.text, one?.state, one?.version, one?.key === key]));
    talk.edit(key, 'hello');
    await pass(10);
    expect(states).toEqual([
      ['helo', 'sent', 1, true],
      ['hello', 'changing', 1, true],
      ['hello', 'changing', 2, true],
      ['hello', 'sent', 2, true],
    ]);
    expect(talk.messages.value[0]?.editedAt).toEqual(server.log[0].edited_at);
    expect(sent(server)).toEqual([
      { action: 'message.edit', conversation: TALK, seq: 1, version: 1, text: 'hello' },
    ]);
    expect(await outbox.load()).toEqual([]);
  });

  it('of an edited message names its present version', async () => {
    const server = fakeServer();
    const { talk, key } = await opened(server);
    talk.edit(key, 'hello');
    await pass(10);
    talk.edit(key, 'hello, Bob');
    await pass(10);
    expect(sent(server).map(({ version }) => version)).toEqual([1, 2]);
    expect(talk.messages.value).toMatchObject([{ text: 'hello, Bob', version: 3, state: 'sent' }]);
  });

  it('to the same text is none', async () => {
    const server = fakeServer();
    const { talk, key } = await opened(server);
    const [before] = talk.messages.value;
    talk.edit(key, 'helo');
    await pass(10);
    expect(sent(server)).toEqual([]);
    expect(talk.messages.value[0]).toBe(before);
  });

  it('that the server refuses shows the present state again, with the reason and the text', async () => {
    const server = fakeServer({ reply: failing('edit_too_late', 1) });
    const { talk, key } = await opened(server);
    talk.edit(key, 'hello');
    await pass(10);
    expect(talk.messages.value).toMatchObject([
      {
        text: 'helo',
        version: 1,
        state: 'sent',
        reason: { code: 'edit_too_late', detail: 'Because of edit_too_late.' },
        refusedText: 'hello',
      },
    ]);
    await during(talk.retry(key));
    expect(talk.messages.value).toMatchObject([{ text: 'hello', version: 2, state: 'sent' }]);
    expect(talk.messages.value[0]).not.toHaveProperty('reason');
    expect(talk.messages.value[0]).not.toHaveProperty('refusedText');
  });

  it.each([
    'message_not_found',
    'not_your_message',
    'message_deleted',
    'edit_too_late',
    'cannot_write_to_user',
    'user_not_found',
    'conversation_not_found',
    'validation_failed',
  ])('is given up after %s, can be forgotten, and does not stop the next one', async (code) => {
    const server = fakeServer({ reply: failing(code, 1) });
    const { talk, key, keyOf, outbox } = await opened(server, ['helo', 'wrld']);
    const [before] = talk.messages.value;
    talk.edit(key, 'hello');
    talk.edit(keyOf(2), 'world');
    await pass(100);
    expect(talk.messages.value).toMatchObject([
      { text: 'helo', reason: { code }, refusedText: 'hello' },
      { text: 'world', state: 'sent' },
    ]);
    expect(await outbox.load(), 'it survives a reload').toMatchObject([{ text: 'hello', reason: { code } }]);
    talk.discard(key);
    await pass(10);
    expect(talk.messages.value[0]).toEqual(before);
    expect(await outbox.load()).toEqual([]);
    expect(sent(server)).toHaveLength(2);
  });

  it('tells the server’s text about its field', async () => {
    const errors = { text: ['The text must not be blank.'] };
    const server = fakeServer({ reply: failing('validation_failed', 1, { errors }) });
    const { talk, key } = await opened(server);
    talk.edit(key, ' ');
    await pass(10);
    expect(talk.messages.value[0]?.reason?.detail).toBe('The text must not be blank.');
  });

  it('that is too large for a frame is refused without being sent', async () => {
    const server = fakeServer();
    const { talk, key } = await opened(server);
    talk.edit(key, '€'.repeat(11_000));
    await pass(10);
    expect(talk.messages.value).toMatchObject([{ text: 'helo', reason: { code: 'validation_failed' } }]);
    expect(sent(server)).toEqual([]);
  });

  it('of another version than the present one is refused, and the present one is shown', async () => {
    const server = fakeServer({ push: ({ type }) => (type === 'message.changed' ? [] : [1]) });
    const { client, talk, key } = await opened(server);
    server.edit(1, 'elsewhere');
    talk.edit(key, 'here');
    await pass(10);
    expect(talk.messages.value).toMatchObject([
      {
        text: 'elsewhere',
        version: 2,
        state: 'sent',
        reason: { code: 'version_conflict' },
        refusedText: 'here',
      },
    ]);
    expect(client.inbox.items.value[0]?.last.text).toBe('elsewhere');
    await during(talk.retry(key));
    expect(talk.messages.value).toMatchObject([{ text: 'here', version: 3 }]);
  });

  it.each(['busy', 'unavailable', 'rate_limited', 'internal'])('is sent again after %s', async (code) => {
    const server = fakeServer({ reply: failing(code, 2) });
    const { talk, key } = await opened(server);
    talk.edit(key, 'hello');
    await pass(10_000);
    expect(sent(server)).toHaveLength(3);
    expect(new Set(sent(server).map((frame) => JSON.stringify(frame))).size).toBe(1);
    expect(talk.messages.value).toMatchObject([{ text: 'hello', state: 'sent' }]);
  });

  it('waits as long as the server asks', async () => {
    const server = fakeServer({ reply: failing('rate_limited', 1, { retry_after: 7 }) });
    const { talk, key } = await opened(server);
    talk.edit(key, 'hello');
    await pass(6_900);
    expect(sent(server)).toHaveLength(1);
    expect(talk.messages.value).toMatchObject([{ text: 'hello', state: 'changing' }]);
    await pass(200);
    expect(server.log[0].message).toBe('hello');
  });

  it('that always ends in an internal error is given up', async () => {
    const server = fakeServer({ reply: failing('internal') });
    const { talk, key } = await opened(server);
    talk.edit(key, 'hello');
    await pass(5 * 60_000);
    expect(sent(server)).toHaveLength(8);
    expect(talk.messages.value).toMatchObject([{ text: 'helo', reason: { code: 'internal' } }]);
  });

  it('whose answer is lost is sent again, and stored once', async () => {
    let lost = 2;
    const server = fakeServer({
      reply: (frame) => {
        if (!isChange(frame) || lost === 0) return 1;
        lost -= 1;
        return 'lost';
      },
    });
    const { talk, key, outbox } = await opened(server);
    talk.edit(key, 'hello');
    // So no sync tells that it is stored.
    talk.close();
    await pass(60_000);
    expect(sent(server)).toHaveLength(3);
    expect([server.changes, await outbox.load()]).toEqual([[1], []]);
  });

  it('whose answer is lost is not sent again when a sync tells that it is stored', async () => {
    const server = fakeServer({ reply: (frame) => (isChange(frame) ? 'lost' : 1) });
    const { talk, key, outbox } = await opened(server);
    talk.edit(key, 'hello');
    await pass(10);
    server.last().cut();
    await pass(60_000);
    expect(sent(server)).toHaveLength(1);
    expect(talk.messages.value).toMatchObject([{ text: 'hello', version: 2, state: 'sent' }]);
    expect(await outbox.load()).toEqual([]);
  });

  it('replaces one that waits, and keeps its place', async () => {
    const server = fakeServer({ handshake: () => 'open' });
    const { client, page, talk, key, keyOf, outbox } = await opened(server, ['one', 'two']);
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    await pass(10);
    talk.edit(key, 'first');
    talk.edit(keyOf(2), 'second');
    talk.edit(key, 'FIRST');
    await pass(10);
    expect(texts(talk.messages.value)).toEqual(['FIRST', 'second']);
    expect(await outbox.load()).toHaveLength(2);
    expect(await client.countUnsent()).toBe(2);
    server.faults.handshake = () => 'open';
    page.wake('online');
    await pass(1_000);
    expect(sent(server).map(({ text }) => text)).toEqual(['FIRST', 'second']);
    expect(talk.messages.value).toMatchObject([{ version: 2 }, { version: 2 }]);
    expect(await client.countUnsent()).toBe(0);
  });

  it('that replaces one on its way is sent after that, as the version behind it', async () => {
    const server = fakeServer({ reply: (frame) => (isChange(frame) ? 500 : 1) });
    const { talk, key } = await opened(server);
    talk.edit(key, 'first');
    await pass(100);
    talk.edit(key, 'second');
    talk.edit(key, 'third');
    await pass(100);
    expect(texts(talk.messages.value)).toEqual(['third']);
    expect(sent(server)).toHaveLength(1);
    await pass(2_000);
    expect(sent(server).map(({ text, version }) => [text, version])).toEqual([
      ['first', 1],
      ['third', 2],
    ]);
    expect(talk.messages.value).toMatchObject([{ text: 'third', version: 3, state: 'sent' }]);
  });

  it('that replaces one whose answer is lost is sent after that has its answer', async () => {
    let isLost = true;
    const server = fakeServer({
      reply: (frame) => (isChange(frame) && isLost ? 'lost' : 1),
      push: () => [],
    });
    const { talk, key } = await opened(server);
    talk.edit(key, 'first');
    await pass(100);
    talk.edit(key, 'second');
    talk.close();
    isLost = false;
    await pass(60_000);
    expect(sent(server).map(({ text, version }) => [text, version])).toEqual([
      ['first', 1],
      ['first', 1],
      ['second', 2],
    ]);
    expect(server.log).toMatchObject([{ message: 'second', version: 3 }]);
  });

  it('that replaces one on its way is sent although that is refused', async () => {
    const server = fakeServer();
    const { talk, key } = await opened(server);
    server.faults.reply = failing('validation_failed', 1);
    talk.edit(key, 'bad');
    // Before the answer comes.
    for (let turn = 0; sent(server).length === 0 && turn < 100; turn += 1) await Promise.resolve();
    talk.edit(key, 'good');
    await pass(100);
    expect(sent(server).map(({ text, version }) => [text, version])).toEqual([
      ['bad', 1],
      ['good', 1],
    ]);
    expect(talk.messages.value).toMatchObject([{ text: 'good', version: 2, state: 'sent' }]);
    expect(talk.messages.value[0]).not.toHaveProperty('reason');
  });

  it('goes back to the first text after the attempt is answered', async () => {
    const server = fakeServer({ reply: (frame) => (isChange(frame) ? 300 : 1) });
    const { talk, key } = await opened(server);
    talk.edit(key, 'hello');
    await pass(100);
    talk.edit(key, 'helo');
    // The first state comes again, and is not the answer to anything.
    server.push({
      type: 'chat.message',
      ...server.log[0],
      message: 'helo',
      change: undefined,
      version: undefined,
    });
    await pass(2_000);
    expect(server.log[0]).toMatchObject({ message: 'helo', version: 3 });
    expect(talk.messages.value).toMatchObject([{ text: 'helo', version: 3, state: 'sent' }]);
  });

  it('is not taken for stored because an older state had the same text', async () => {
    const server = fakeServer();
    const { talk, key } = await opened(server);
    const [first] = server.log;
    talk.edit(key, 'hello');
    await pass(10);
    server.faults.reply = failing('busy', 1, { retry_after: 5 });
    talk.edit(key, 'helo');
    await pass(10);
    server.push({ type: 'chat.message', ...first, sender: 'ada' });
    await pass(10);
    expect(talk.messages.value).toMatchObject([{ text: 'helo', state: 'changing', version: 2 }]);
    await pass(6_000);
    expect(server.log[0]).toMatchObject({ message: 'helo', version: 3 });
  });

  it('is one at a time in a conversation, in order', async () => {
    const server = fakeServer({ reply: (frame) => (isChange(frame) ? 500 : 1) });
    const { talk, keyOf } = await opened(server, ['one', 'two', 'three']);
    for (const seq of [2, 3, 1]) talk.edit(keyOf(seq), `edited ${seq}`);
    await pass(400);
    expect(sent(server)).toHaveLength(1);
    await pass(2_000);
    expect(sent(server).map(({ seq }) => seq)).toEqual([2, 3, 1]);
    expect(server.changes).toEqual([2, 3, 1]);
  });
});

describe('a removal', () => {
  it('shows at once that the message is deleted', async () => {
    const server = fakeServer();
    const { talk, key } = await opened(server);
    talk.remove(key);
    expect(talk.messages.value).toMatchObject([{ key, text: '', state: 'changing' }]);
    expect(talk.messages.value[0]?.deletedAt).toEqual(expect.any(String));
    await pass(10);
    expect(talk.messages.value).toMatchObject([{ key, text: '', state: 'sent' }]);
    expect(talk.messages.value[0]?.deletedAt).toEqual(server.log[0].deleted_at);
    talk.remove(key);
    await pass(10);
    expect(sent(server)).toEqual([{ action: 'message.delete', conversation: TALK, seq: 1 }]);
  });

  it('takes the place of an edit that waits', async () => {
    const server = fakeServer();
    const { page, talk, key } = await opened(server);
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    talk.edit(key, 'hello');
    talk.remove(key);
    server.faults.handshake = () => 'open';
    page.wake('online');
    await pass(1_000);
    expect(sent(server).map(({ action }) => action)).toEqual(['message.delete']);
    expect(server.log[0].message).toBe('');
  });

  it('follows an edit that is on its way, at once', async () => {
    const server = fakeServer({ reply: (frame) => (isChange(frame) ? 300 : 1) });
    const { talk, key } = await opened(server);
    talk.edit(key, 'hello');
    await pass(100);
    talk.remove(key);
    await pass(520);
    expect(sent(server).map(({ action }) => action)).toEqual(['message.edit', 'message.delete']);
    expect(talk.messages.value).toMatchObject([{ text: '', state: 'sent' }]);
  });

  it('that is refused shows the message again, without a text to offer', async () => {
    const server = fakeServer({ reply: failing('conversation_not_found', 1) });
    const { talk, key } = await opened(server);
    talk.remove(key);
    await pass(10);
    expect(talk.messages.value).toMatchObject([{ text: 'helo', reason: { code: 'conversation_not_found' } }]);
    expect(talk.messages.value[0]).not.toHaveProperty('refusedText');
    expect(talk.messages.value[0]).not.toHaveProperty('deletedAt');
    await during(talk.retry(key));
    expect(server.log[0].deleted_at).toEqual(expect.any(String));
  });

  it('whose answer is lost is sent again, and deletes once', async () => {
    let isLost = true;
    const server = fakeServer({ reply: (frame) => (isChange(frame) && isLost ? 'lost' : 1) });
    const { talk, key, outbox } = await opened(server);
    talk.remove(key);
    talk.close();
    await pass(100);
    isLost = false;
    await pass(60_000);
    expect(sent(server)).toHaveLength(2);
    expect([server.changes, await outbox.load()]).toEqual([[1], []]);
  });

  it('on another device ends an edit that waits: it is refused', async () => {
    const server = fakeServer();
    const { page, talk, key } = await opened(server);
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    talk.edit(key, 'hello');
    server.delete(1);
    server.faults.handshake = () => 'open';
    page.wake('online');
    await pass(1_000);
    expect(talk.messages.value).toMatchObject([
      {
        text: '',
        reason: { code: 'message_deleted' },
        refusedText: 'hello',
        deletedAt: server.log[0].deleted_at,
      },
    ]);
  });
});

describe('a message that is not there', () => {
  it('cannot be changed, nor can that of the other member, nor a deleted one be edited', async () => {
    const server = fakeServer();
    const { client, talk, key, keyOf } = await opened(server);
    server.say('theirs');
    await pass(10);
    const code = (work: () => void) => {
      try {
        work();
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    for (const change of [(id: string) => talk.edit(id, 'x'), (id: string) => talk.remove(id)]) {
      expect([code(() => change('none')), code(() => change(keyOf(2)))]).toEqual([
        'message_not_found',
        'not_your_message',
      ]);
    }
    talk.remove(key);
    expect(code(() => talk.edit(key, 'x'))).toBe('message_deleted');
    await pass(10);
    await during(client.logOut());
    expect(code(() => talk.edit(key, 'x'))).toBe('not_logged_in');
    expect(sent(server)).toHaveLength(1);
  });
});

describe('an unsent message', () => {
  /** Without a connection at first. */
  async function unsent(outbox = memoryOutbox(), faults: Parameters<typeof fakeServer>[0] = {}) {
    const server = fakeServer({ ...faults, handshake: () => 'refuse' });
    const { client, page } = await online(server, { outbox });
    const talk = client.conversationWith(BOB);
    const key = talk.send('helo');
    await pass(10);
    const connect = async (ms = 1_000) => {
      server.faults.handshake = () => 'open';
      page.wake('online');
      await pass(ms);
    };
    return { server, client, talk, key, outbox, connect };
  }

  it('is sent as it is edited', async () => {
    const { server, client, talk, key, outbox, connect } = await unsent();
    talk.edit(key, 'hullo');
    talk.edit(key, 'hello');
    expect(talk.messages.value).toMatchObject([{ key, text: 'hello', state: 'sending', version: 1 }]);
    expect(await client.countUnsent()).toBe(1);
    await connect();
    expect(server.log).toMatchObject([{ message: 'hello' }]);
    expect([sent(server), await outbox.load()]).toEqual([[], []]);
  });

  it('is sent as it is edited after a reload too', async () => {
    const { client, talk, key, outbox } = await unsent();
    talk.edit(key, 'hello');
    await pass(10);
    client.close();
    const server = fakeServer();
    await online(server, { outbox });
    await pass(500);
    expect(server.log).toMatchObject([{ message: 'hello', client_id: key }]);
    expect([sent(server), await outbox.load()]).toEqual([[], []]);
  });

  it('is not sent once it is removed', async () => {
    const { server, client, talk, key, outbox, connect } = await unsent();
    talk.edit(key, 'hello');
    talk.remove(key);
    expect(talk.messages.value).toEqual([]);
    expect(await client.countUnsent()).toBe(0);
    await connect();
    expect(server.log).toEqual([]);
    // What stays for a day, in case that another tab was about to send it, has no text.
    const [note, ...others] = await outbox.load();
    expect([note && wishOf(note), others]).toEqual([undefined, []]);
  });

  it('that is removed while another tab sends it is deleted', async () => {
    const { server, talk, key, outbox, connect } = await unsent();
    const sending = fakeServer({ reply: ({ action }) => (action === 'message.send' ? 300 : 1) });
    const other = await online(sending, { outbox });
    await pass(10);
    expect(sending.log).toMatchObject([{ client_id: key }]);
    talk.remove(key);
    await pass(500);
    expect(await outbox.load()).toHaveLength(1);
    other.client.close();
    // The same server, as the first tab sees it.
    server.log.push(...sending.log);
    await connect();
    await during(talk.open());
    await pass(100);
    expect(server.log).toMatchObject([{ message: '' }]);
    expect(talk.messages.value).toMatchObject([{ key, text: '' }]);
    expect(await outbox.load()).toEqual([]);
  });

  it('that is on its way is edited as soon as it is stored', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'message.send' ? 300 : 1) });
    const { talk, outbox } = await opened(server, []);
    const key = talk.send('helo');
    await pass(100);
    talk.edit(key, 'hello');
    expect(talk.messages.value).toMatchObject([{ key, text: 'hello', state: 'sending' }]);
    await pass(1_000);
    expect(server.log).toMatchObject([{ message: 'hello', version: 2 }]);
    expect(talk.messages.value).toMatchObject([{ key, text: 'hello', state: 'sent', version: 2 }]);
    expect(await outbox.load()).toEqual([]);
  });

  it('whose acknowledgement is lost is sent again as it was, and then edited', async () => {
    let lost = 1;
    const server = fakeServer({
      reply: ({ action }) => {
        if (action !== 'message.send' || lost === 0) return 1;
        lost -= 1;
        return 'lost';
      },
    });
    const { talk } = await opened(server, []);
    const key = talk.send('helo');
    await pass(100);
    talk.edit(key, 'hello');
    await pass(60_000);
    expect(new Set(server.sent('message.send').map(({ text }) => text))).toEqual(new Set(['helo']));
    expect(server.log).toMatchObject([{ message: 'hello', version: 2 }]);
  });

  it('that is on its way is deleted as soon as it is stored', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'message.send' ? 300 : 1) });
    const { talk, outbox } = await opened(server, []);
    const key = talk.send('oops');
    await pass(100);
    talk.remove(key);
    expect(talk.messages.value).toEqual([]);
    await pass(1_000);
    expect(server.log).toMatchObject([{ message: '', deleted_at: expect.any(String) }]);
    expect(talk.messages.value).toMatchObject([{ key, text: '' }]);
    expect(await outbox.load()).toEqual([]);
  });

  it('that is on its way and is removed is not sent again, and the removal is given up in a day', async () => {
    const server = fakeServer({
      reply: ({ action }) =>
        action === 'message.send' ? { error: { type: 'error', code: 'busy', detail: '' } } : 1,
    });
    const { client, talk, outbox } = await opened(server, []);
    const key = talk.send('oops');
    await pass(100);
    const tries = server.sent('message.send').length;
    talk.remove(key);
    await pass(60_000);
    expect(server.sent('message.send').length - tries).toBeLessThan(2);
    expect([await client.countUnsent(), (await outbox.load()).length]).toEqual([0, 1]);
    client.close();
    vi.setSystemTime(Date.now() + 25 * 60 * 60_000);
    await online(server, { outbox });
    expect(await outbox.load()).toEqual([]);
  });

  it('that failed is sent again with its new text', async () => {
    let isRefused = true;
    const server = fakeServer({
      reply: ({ action }) =>
        action === 'message.send' && isRefused
          ? { error: { type: 'error', code: 'message_too_long', detail: '' } }
          : 1,
    });
    const { talk, outbox } = await opened(server, []);
    const key = talk.send('too long');
    await pass(100);
    isRefused = false;
    talk.edit(key, 'short');
    await pass(100);
    expect(talk.messages.value).toMatchObject([{ key, text: 'short', state: 'sent', version: 1 }]);
    expect(server.log).toMatchObject([{ message: 'short' }]);
    expect([sent(server), await outbox.load()]).toEqual([[], []]);
  });

  it('that failed is discarded by its removal', async () => {
    const server = fakeServer({
      reply: ({ action }) =>
        action === 'message.send' ? { error: { type: 'error', code: 'user_not_found', detail: '' } } : 1,
    });
    const { talk, outbox } = await opened(server, []);
    const key = talk.send('bad');
    await pass(100);
    talk.remove(key);
    await pass(10);
    expect([talk.messages.value, await outbox.load()]).toEqual([[], []]);
  });

  it('that is edited while it is on its way and then refused fails with its new text', async () => {
    const server = fakeServer({
      reply: ({ action }) => (action === 'message.send' ? 300 : 1),
    });
    const { talk, outbox } = await opened(server, []);
    let isRefused = true;
    server.faults.reply = ({ action }) =>
      action === 'message.send' && isRefused
        ? { error: { type: 'error', code: 'user_not_found', detail: '' } }
        : 1;
    const key = talk.send('helo');
    await Promise.resolve();
    talk.edit(key, 'hello');
    await pass(100);
    expect(talk.messages.value).toMatchObject([{ key, text: 'hello', state: 'failed' }]);
    isRefused = false;
    await during(talk.retry(key));
    expect(server.log).toMatchObject([{ message: 'hello' }]);
    expect(await outbox.load()).toEqual([]);
  });
});

describe('changes that wait', () => {
  /** Ada has edited one message and removed another without a connection. */
  async function waiting(outbox: OutboxStore = memoryOutbox()) {
    const server = fakeServer();
    const given = await opened(server, ['helo', 'oops', 'stays'], outbox as ReturnType<typeof memoryOutbox>);
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    await pass(10);
    given.talk.edit(given.keyOf(1), 'hello');
    given.talk.remove(given.keyOf(2));
    await pass(10);
    const connect = () => {
      server.faults.handshake = () => 'open';
    };
    return { ...given, server, connect };
  }

  it('survive a reload, and show again', async () => {
    const { server, client, outbox, connect } = await waiting();
    client.close();
    server.faults.reply = failing('busy', 1, { retry_after: 2 });
    connect();
    const next = await online(server, { outbox });
    const talk = next.client.conversationWith(BOB);
    await during(talk.open());
    expect(talk.messages.value).toMatchObject([
      { text: 'hello', state: 'changing' },
      { text: '', state: 'changing' },
      { text: 'stays', state: 'sent' },
    ]);
    await pass(5_000);
    expect(talk.messages.value).toMatchObject([
      { text: 'hello', version: 2, state: 'sent' },
      { text: '', state: 'sent' },
      { text: 'stays' },
    ]);
    expect(server.changes).toEqual([1, 2]);
    expect(await outbox.load()).toEqual([]);
  });

  it('are sent although their conversation is closed', async () => {
    const { server, talk, page, connect } = await waiting();
    talk.close();
    expect(talk.messages.value).toEqual([]);
    connect();
    page.wake('online');
    await pass(1_000);
    expect(server.log.map(({ message }) => message)).toEqual(['hello', '', 'stays']);
  });

  it('show in another tab, and are sent by whichever tab has a connection', async () => {
    const { server, talk, outbox, connect } = await waiting();
    connect();
    server.faults.reply = (frame) => (isChange(frame) ? 500 : 1);
    const other = await online(server, { outbox });
    const theirs = other.client.conversationWith(BOB);
    await during(theirs.open());
    expect(texts(theirs.messages.value)).toEqual(['hello', '', 'stays']);
    await pass(60_000);
    for (const { messages } of [talk, theirs]) {
      expect(messages.value).toMatchObject([
        { text: 'hello', version: 2, state: 'sent' },
        { text: '', state: 'sent' },
        { text: 'stays', state: 'sent' },
      ]);
    }
    expect(server.changes).toEqual([1, 2]);
    expect(await outbox.load()).toEqual([]);
  });

  it('are discarded by a logout, in any tab', async () => {
    const server = fakeServer();
    server.append(ADA, 'helo', crypto.randomUUID());
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
    talk.edit(talk.messages.value[0]?.key ?? '', 'hello');
    await pass(100);
    expect([await one.countUnsent(), await other.countUnsent()]).toEqual([1, 1]);
    await during(other.logOut());
    expect(await outbox.load()).toEqual([]);
    server.faults.reply = () => 1;
    const before = sent(server).length;
    await during(one.logIn(AS_ADA));
    await pass(60_000);
    expect(sent(server)).toHaveLength(before);
    expect(server.log[0].message).toBe('helo');
  });

  it('of one user are not sent by the next user of the browser', async () => {
    const { server, client, outbox, connect } = await waiting();
    client.close();
    connect();
    const next = clientOf(server, { outbox });
    await during(next.client.logIn(AS_BOB), 500);
    expect([next.client.connection.value, sent(server), await outbox.load()]).toEqual(['online', [], []]);
  });

  it('stay when the server ends the session, and are sent when the same user logs in', async () => {
    const { server, client, outbox, connect } = await waiting();
    connect();
    server.end();
    await expect(during(client.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect(await outbox.load()).toHaveLength(2);
    // The fake server opens another session.
    const again = fakeServer();
    for (const { message, client_id } of server.log) again.append(ADA, message, client_id);
    await online(again, { outbox });
    await pass(1_000);
    expect(again.log.map(({ message }) => message)).toEqual(['hello', '', 'stays']);
  });

  it.each(Array.from({ length: 16 }, (_, ms) => ms))(
    'are not lost without telling if another tab edits the same message %s ms later',
    async (ms) => {
      const server = fakeServer({ reply: (frame) => (isChange(frame) ? 5 : 1) });
      const store = slowly(memoryOutbox());
      const one = await opened(server, ['helo'], store);
      const other = await opened(server, [], store);
      await pass(100);
      one.talk.edit(one.key, 'first');
      await pass(ms);
      other.talk.edit(other.key, 'second');
      await pass(60_000);
      const [message] = other.talk.messages.value;
      const wanted = message?.reason ? message.refusedText : message?.text;
      expect(wanted).toBe('second');
      expect([message?.text, one.talk.messages.value[0]?.text]).toEqual(Array(2).fill(server.log[0].message));
      expect((await during(store.load())).filter(({ reason }) => !reason)).toEqual([]);
    },
  );

  it('are not lost when another tab sees the attempt before them acknowledged', async () => {
    const store = memoryOutbox();
    const tab = () => {
      const sent: unknown[] = [];
      const outbox = createOutbox({
        store,
        isOnline: () => true,
        request: (action) => {
          sent.push(action);
          return new Promise(() => undefined);
        },
        lastKnown: async () => 0,
        lastShown: () => undefined,
        history: { last: async () => 0, after: async function* () {} },
        onChange: () => undefined,
        now: Date.now,
        retry: createRetry(
          () => 0.5,
          () => true,
        ),
      });
      return { outbox, sent };
    };
    const [one, other] = [tab(), tab()];
    const message = { key: 'k', seq: 1, version: 1 };
    one.outbox.change(ADA, TALK, message, 'first');
    await pass(10);
    await other.outbox.load(ADA);
    one.outbox.change(ADA, TALK, message, 'second');
    await pass(10);
    const id = 'm-1';
    const stored = { id, conversation: TALK, seq: 1, sender_id: ADA, created_at: '', client_id: 'k' };
    other.outbox.follow({ ...stored, message: 'first', change: 1, version: 2 });
    await pass(10);
    expect(other.outbox.changesOf(TALK).size).toBe(0);
    expect(await store.load()).toMatchObject([{ text: 'second' }]);
    await other.outbox.load(ADA);
    expect(other.outbox.changesOf(TALK).get(1)).toMatchObject({ text: 'second' });
  });

  it.each([
    ['fails', { ...memoryOutbox(), load: refuse, put: refuse, update: refuse }],
    ['is full', { ...memoryOutbox(), put: refuse, update: refuse }],
    ['changes nothing in one step', withoutSteps()],
  ])('are sent although the store %s', async (_how, store) => {
    const server = fakeServer();
    const { talk, key } = await opened(server, ['helo'], store);
    talk.edit(key, 'hello');
    await pass(100);
    expect(talk.messages.value).toMatchObject([{ text: 'hello', version: 2, state: 'sent' }]);
  });
});

it('a closed client leaves no timer of changes that wait', async () => {
  const server = fakeServer({ reply: failing('busy') });
  const { client, talk, key } = await opened(server);
  talk.edit(key, 'hello');
  server.push({ type: 'message.changed', conversation: TALK, change: 9, message: server.log[0] });
  await pass(12_000);
  client.close();
  await pass(10);
  expect(vi.getTimerCount()).toBe(0);
});

describe('whatever the network does', () => {
  const step = fc.record({
    do: fc.constantFrom('send', 'edit', 'edit', 'edit', 'remove', 'say', 'theirs', 'cut', 'wake', 'reload'),
    tab: fc.nat(1),
    which: fc.nat(5),
    wait: fc.integer({ min: 20, max: 600 }),
  });

  it.each([
    ['the server ends with what the user wanted', 1],
    ['two tabs lose no edit without telling', 2],
  ])('%s, and shows what the server has', async (_what, count) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fates, async (steps, all) => {
        const { server, calm } = unsteadyServer(all);
        server.lifetime = 86_400;
        const outbox = memoryOutbox();
        const begin = async () => {
          const { client, page } = await online(server, { outbox });
          const talk = client.conversationWith(BOB);
          void talk.open().catch(() => undefined);
          return { client, page, talk };
        };
        const tabs: Awaited<ReturnType<typeof begin>>[] = [];
        while (tabs.length < count) tabs.push(await begin());
        const wanted = new Map<string, string>();
        for (const [i, { do: what, tab, which, wait }] of steps.entries()) {
          const { talk, page, client } = tabs[tab % count] as (typeof tabs)[0];
          const own = talk.messages.value.filter(({ isOwn, deletedAt }) => isOwn && deletedAt === undefined);
          const { key } = own[which % Math.max(1, own.length)] ?? {};
          const theirs = server.log.filter((one) => one.sender_id === BOB && !one.deleted_at);
          const { seq } = theirs[which % Math.max(1, theirs.length)] ?? {};
          if (what === 'send') wanted.set(talk.send(`own ${i}`), `own ${i}`);
          if (what === 'edit' && key) {
            wanted.set(key, `edited ${i}`);
            talk.edit(key, `edited ${i}`);
          }
          if (what === 'remove' && key) {
            wanted.set(key, '');
            talk.remove(key);
          }
          if (what === 'say') server.say(`bob ${i}`);
          if (what === 'theirs' && seq && wait % 3 === 0) server.delete(seq);
          if (what === 'theirs' && seq && wait % 3 !== 0) server.edit(seq, `bob edited ${i}`);
          if (what === 'cut') for (const socket of server.open()) socket.cut();
          if (what === 'wake') page.wake();
          if (what === 'reload') {
            client.close();
            tabs[tab % count] = await begin();
          }
          await pass(wait);
        }
        calm();
        for (const { page } of tabs) page.wake();
        await pass(180_000);
        // Each tab learns what the other one has done.
        for (const socket of server.open()) socket.cut();
        await pass(60_000);
        for (const { talk } of tabs) {
          expect(talk.messages.value.map(({ seq, text, version }) => [seq, text, version])).toEqual(
            server.log.map(({ seq, message, version = 1 }) => [seq, message, version]),
          );
          expect(talk.messages.value.filter(({ state }) => state === 'changing')).toEqual([]);
        }
        const stored = new Set(server.log.map(({ client_id }) => client_id));
        // A removed message may never have been stored.
        for (const [key, text] of wanted) if (text !== '') expect(stored.has(key)).toBe(true);
        for (const { client_id, message } of server.log) {
          const text = wanted.get(client_id) ?? message;
          const told = tabs.flatMap(({ talk }) => talk.messages.value.filter(({ key }) => key === client_id));
          const isTold = told.some(({ reason }) => reason);
          if (message !== text) expect([count, isTold]).toEqual([2, true]);
        }
        for (const { client } of tabs) client.close();
      }),
      { numRuns: 100 },
    );
  });
});
