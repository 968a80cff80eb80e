import { describe, expect, it } from 'vitest';
import { nextRecent } from '../../../../functions/core/messages/find-earlier.ts';
import { append, type Draft } from '../../support/append-one.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { type MemoryLog, memoryLog } from '../../support/message-log.ts';
import { ALICES, alice, bob, CONVERSATION, countingIds, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const hello: Draft = { conversation: ALICES, text: 'Hello' };
const stored = { conversation: CONVERSATION, senderId: alice.id, text: 'Hello' };

/** What the first message of all carries for those behind it, if Alice says it; its name is the one that it gets. */
const carried = (name = id(1)) => ({
  read: 1,
  counts: { 0: 1 },
  rates: { 0: { since: Date.parse(NOON) / 1000, count: 1 } },
  recent: nextRecent(new Uint8Array(), name),
});

function appendTo(log: MemoryLog, draft: Partial<Draft> = {}, random = () => 0.5) {
  const clock = frozenClock();
  const result = append(
    {
      log,
      sendLimit: { messages: 20, seconds: 10 },
      profiles: knowing(alice, bob),
      newId: countingIds(1),
      now: clock.now,
      random,
      wait: clock.wait,
    },
    { ...hello, ...draft },
  );
  return { result, waits: clock.waits };
}

describe('appending', () => {
  it('gives the first message of a conversation seq 1', async () => {
    const log = memoryLog();
    const first = { ...stored, id: id(1), seq: 1, createdAt: NOON, ...carried() };
    expect(await appendTo(log).result).toEqual({ message: first, repeated: false });
    expect(log.messages).toEqual([first]);
  });

  it('reads the last message and writes the next one: two calls in every conversation', async () => {
    const log = memoryLog({ holding: 30 });
    expect((await appendTo(log).result).message.seq).toBe(31);
    expect(log.calls).toEqual(['end', 'append 31']);
  });

  it('stores the client id', async () => {
    const { message } = await appendTo(memoryLog(), { clientId: id(77) }).result;
    expect(message).toEqual({
      ...stored,
      id: id(1),
      seq: 1,
      clientId: id(77),
      createdAt: NOON,
      ...carried(id(77)),
    });
  });

  it('retries after the message that took its seq, without a wait', async () => {
    let rivals = 1;
    const log = memoryLog({
      holding: 1,
      onWrite: (self) => {
        if (rivals-- > 0) self.add();
        return 'stored';
      },
    });
    const { result, waits } = appendTo(log);
    expect((await result).message.seq).toBe(3);
    expect(log.calls).toEqual(['end', 'append 2', 'end', 'append 3']);
    expect(waits).toEqual([]);
  });

  it('reads the last message again when its seq is taken, and skips all newer messages', async () => {
    let isFirst = true;
    const log = memoryLog({
      holding: 5,
      onWrite: (self) => {
        if (isFirst) for (let i = 0; i < 3; i += 1) self.add();
        isFirst = false;
        return 'stored';
      },
    });
    expect((await appendTo(log).result).message.seq).toBe(9);
    expect(log.calls).toEqual(['end', 'append 6', 'end', 'append 9']);
  });

  it.each([
    ['of 200 letters', 'x'.repeat(200), 12],
    ['of 4,000 letters', 'x'.repeat(4_000), 10],
    ['of 16 KB', '🦀'.repeat(4_000), 3],
  ])('%s fails as busy when its seq is taken too often, and stores nothing', async (_, text, tries) => {
    const log = memoryLog({
      onWrite: (self) => {
        self.add();
        return 'stored';
      },
    });
    expect(await rejection(appendTo(log, { text }).result)).toEqual({ code: 'busy', retryAfter: 1 });
    expect(log.calls.filter((call) => call.startsWith('append'))).toHaveLength(tries);
    expect(log.messages.some((stored) => stored.text === text)).toBe(false);
  });

  it.each([
    ['nothing', 0, (_: number) => 0],
    ['half of the ceiling', 0.5, (ceiling: number) => ceiling / 2],
    ['almost the ceiling', 0.999, (ceiling: number) => ceiling * 0.999],
  ])('backs off, from the second loss on, by %s for a chance of %d', async (_, chance, expected) => {
    const log = memoryLog({
      onWrite: (self) => {
        self.add();
        return 'stored';
      },
    });
    const { result, waits } = appendTo(log, {}, () => chance);
    await rejection(result);
    const ceilings = [12, 36, 108, ...Array(8).fill(200)];
    expect(waits.slice(0, 11)).toEqual(ceilings.map(expected));
  });

  it('waits the longer the dearer a refusal is, from the first one on', async () => {
    const log = memoryLog({
      onWrite: (self) => {
        self.add();
        return 'stored';
      },
    });
    const { result, waits } = appendTo(log, { text: '🦀'.repeat(4_000) }, () => 0.5);
    await rejection(result);
    expect(waits.slice(0, 2)).toEqual([34, 100]);
  });
});

describe('appending what was sent before', () => {
  const named = { clientId: id(77), text: 'Hello' };
  const said = { senderId: alice.id, ...named };

  it('returns the stored message and stores nothing', async () => {
    const log = memoryLog({ holding: 2 });
    log.add(said);
    const { message, repeated } = await appendTo(log, named).result;
    expect({ message, repeated }).toEqual({ message: log.messages[2], repeated: true });
    expect(log.calls).toEqual(['end']);
  });

  it('finds the message after `after`, however many others followed', async () => {
    const log = memoryLog({ holding: 2 });
    log.add(said);
    for (let i = 0; i < 50; i += 1) log.add({ senderId: bob.id });
    expect(await appendTo(log, { ...named, after: 2 }).result).toEqual({
      message: log.messages[2],
      repeated: true,
    });
    expect(log.calls).toEqual(['end', 'at 3']);
  });

  it('finds it from the beginning on with `after` 0', async () => {
    const log = memoryLog();
    log.add(said);
    log.add();
    expect(await appendTo(log, { ...named, after: 0 }).result).toEqual({
      message: log.messages[0],
      repeated: true,
    });
    expect(log.calls).toEqual(['end', 'at 1']);
  });

  it('finds an earlier try that arrives while it is busy appending', async () => {
    const log = memoryLog({
      onWrite: (self) => {
        self.add(said);
        return 'stored';
      },
    });
    expect(await appendTo(log, named).result).toEqual({ message: log.messages[0], repeated: true });
    expect(log.messages).toHaveLength(1);
  });

  it('stores another message when the other member used the same client id', async () => {
    const log = memoryLog();
    log.add({ ...said, senderId: bob.id });
    expect((await appendTo(log, named).result).message.seq).toBe(2);
  });

  it('refuses another text with the same client id', async () => {
    const log = memoryLog();
    log.add({ ...said, text: 'Goodbye' });
    expect(await rejection(appendTo(log, named).result)).toEqual({ code: 'client_id_conflict' });
    expect(log.messages).toHaveLength(1);
  });

  it('stores two messages without a client id, even with the same text', async () => {
    const log = memoryLog();
    log.add({ text: 'Hello' });
    expect((await appendTo(log).result).message.seq).toBe(2);
  });
});

describe('appending after a `seq`', () => {
  it('writes the next seq when no message followed', async () => {
    const log = memoryLog({ holding: 4 });
    expect((await appendTo(log, { after: 4 }).result).message.seq).toBe(5);
    expect(log.calls).toEqual(['end', 'append 5']);
  });

  it('writes at 1 after 0 in an empty conversation', async () => {
    expect((await appendTo(memoryLog(), { after: 0 }).result).message.seq).toBe(1);
  });

  it('refuses a `seq` more than 500 messages back, and reads no more than the last', async () => {
    const log = memoryLog({ holding: 502 });
    expect(await rejection(appendTo(log, { after: 1 }).result)).toEqual({ code: 'after_invalid' });
    expect(log.calls).toEqual(['end']);
    expect((await appendTo(log, { after: 2 }).result).message.seq).toBe(503);
  });

  it('reads one message of each further hundred for what it says of those before it', async () => {
    const log = memoryLog({ holding: 450 });
    await appendTo(log, { after: 100, clientId: id(77) }).result;
    expect(log.calls).toEqual(['end', 'at 350,250,150', 'append 451']);
  });

  it.each([
    [1, 0],
    [5, 4],
    [Number.MAX_SAFE_INTEGER, 4],
  ])('refuses %d in a conversation of %d, as it would leave a gap', async (after, holding) => {
    const log = memoryLog({ holding });
    expect(await rejection(appendTo(log, { after }).result)).toEqual({ code: 'after_invalid' });
    expect(log.messages).toHaveLength(holding);
  });
});

describe('appending while answers get lost', () => {
  it('finds its own message by its id when the write went through', async () => {
    const log = memoryLog({ holding: 1, onWrite: () => 'answer lost' });
    const { message, repeated } = await appendTo(log).result;
    expect({ message, repeated }).toEqual({ message: log.messages[1], repeated: false });
    expect(message).toMatchObject({ ...stored, id: id(1), seq: 2 });
    expect(log.calls).toEqual(['end', 'append 2', 'end']);
  });

  it('writes again when the write did not go through', async () => {
    let isDown = true;
    const log = memoryLog({
      onWrite: () => {
        const outcome = isDown ? 'unavailable' : 'stored';
        isDown = false;
        return outcome;
      },
    });
    expect((await appendTo(log).result).message).toEqual({
      ...stored,
      id: id(1),
      seq: 1,
      createdAt: NOON,
      ...carried(),
    });
    expect(log.messages).toHaveLength(1);
  });

  it('finds its own message when others wrote after it', async () => {
    const log = memoryLog({
      onWrite: (self, message) => {
        self.add(message);
        self.add();
        return 'unavailable';
      },
    });
    expect((await appendTo(log).result).message.seq).toBe(1);
    expect(log.messages).toHaveLength(2);
  });

  it('finds its own message when the store, asked twice by the SDK, calls its place taken', async () => {
    const log = memoryLog({
      onWrite: (self, message) => {
        self.add(message);
        return 'stored';
      },
    });
    expect(await appendTo(log).result).toEqual({ message: log.messages[0], repeated: false });
    expect(log.messages).toHaveLength(1);
  });

  it('throws a second outage, so that the client retries', async () => {
    const log = memoryLog({ onWrite: () => 'unavailable' });
    expect(await rejection(appendTo(log).result)).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(log.calls).toEqual(['end', 'append 1', 'end', 'append 1']);
  });

  it('does not call itself busy when the last of all rounds went through', async () => {
    let round = 0;
    const log = memoryLog({
      onWrite: (self) => {
        round += 1;
        if (round === 12) return 'answer lost';
        self.add();
        return 'stored';
      },
    });
    expect((await appendTo(log).result).message).toEqual(log.messages.at(-1));
  });

  it('throws a program error at once', async () => {
    const log: MemoryLog = { ...memoryLog(), append: () => Promise.reject(new TypeError('a bug')) };
    await expect(appendTo(log).result).rejects.toThrow(new TypeError('a bug'));
  });
});
