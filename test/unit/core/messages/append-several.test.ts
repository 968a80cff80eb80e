import { describe, expect, it } from 'vitest';
import { append, type Draft } from '../../../../functions/core/messages/append.ts';
import { nextRecent } from '../../../../functions/core/messages/find-earlier.ts';
import { frozenClock } from '../../support/clock.ts';
import { type MemoryLog, memoryLog } from '../../support/message-log.ts';
import { ALICES, alice, bob, countingIds, id, knowing } from '../../support/people.ts';

/** Messages of one frame, by their texts. The name of each follows from its text. */
const named = (...texts: readonly string[]) => texts.map((text, i) => ({ text, clientId: id(70 + i) }));

/** Client ids of which each reminds of all others. */
function namesWithOneFingerprint(count: number): readonly string[] {
  const byFingerprint = new Map<number, string[]>();
  for (let n = 0; ; n += 1) {
    const name = id(n);
    const [high = 0, low = 0] = nextRecent(new Uint8Array(), name);
    const alike = byFingerprint.get(high * 256 + low) ?? [];
    alike.push(name);
    if (alike.length === count) return alike;
    byFingerprint.set(high * 256 + low, alike);
  }
}

let calls = 0;

async function appendTo(log: MemoryLog, draft: Partial<Draft> & Pick<Draft, 'messages'>, messages = 20) {
  calls += 1;
  const dependencies = {
    log,
    sendLimit: { messages, seconds: 10 },
    profiles: knowing(alice, bob),
    newId: countingIds(1000 * calls),
    random: () => 0,
    ...frozenClock(),
  };
  const seqs: number[] = [];
  const repeats: number[] = [];
  let refused: unknown;
  try {
    for await (const { message, repeated } of append(dependencies, { conversation: ALICES, ...draft })) {
      seqs.push(message.seq);
      if (repeated) repeats.push(message.seq);
    }
  } catch (error) {
    refused = (error as { code?: string }).code ?? error;
  }
  return { seqs, repeats, refused };
}

describe('several messages in one frame', () => {
  it('are stored one behind the other, with one read for all of them', async () => {
    const log = memoryLog({ holding: 4 });
    const sent = await appendTo(log, { messages: named('one', 'two', 'three'), after: 4 });
    expect(sent).toEqual({ seqs: [5, 6, 7], repeats: [], refused: undefined });
    expect(log.messages.slice(4).map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(log.calls).toEqual(['end', 'append 5', 'append 6', 'append 7']);
  });

  it('begin a conversation', async () => {
    expect(await appendTo(memoryLog(), { messages: named('one', 'two'), after: 0 })).toMatchObject({
      seqs: [1, 2],
    });
  });

  it('are found again, each of them, if the whole frame is tried again', async () => {
    const log = memoryLog({ holding: 4 });
    const draft = { messages: named('one', 'two', 'three'), after: 4 };
    await appendTo(log, draft);
    expect(await appendTo(log, draft)).toMatchObject({ seqs: [5, 6, 7], repeats: [5, 6, 7] });
    expect(log.messages).toHaveLength(7);
  });

  it('are completed if only the first of them were stored, whatever came in between', async () => {
    const log = memoryLog({ holding: 4 });
    const messages = named('one', 'two', 'three');
    await appendTo(log, { messages: messages.slice(0, 2), after: 4 });
    log.add();
    expect(await appendTo(log, { messages, after: 4 })).toMatchObject({ seqs: [5, 6, 8], repeats: [5, 6] });
  });

  it('stay in order, each stored once, while another member writes before each of them', async () => {
    let rivals = 3;
    const log = memoryLog({
      holding: 1,
      onWrite: (self) => {
        if (rivals-- > 0) self.add({ senderId: bob.id });
        return 'stored';
      },
    });
    const { seqs } = await appendTo(log, { messages: named('one', 'two', 'three'), after: 1 });
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(log.messages.filter(({ clientId }) => clientId).map(({ text }) => text)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it('end at the first that is refused: each counts toward the limit', async () => {
    const log = memoryLog();
    const sent = await appendTo(log, { messages: named('one', 'two', 'three', 'four'), after: 0 }, 3);
    expect(sent).toEqual({ seqs: [1, 2, 3], repeats: [], refused: 'rate_limited' });
    expect(log.messages).toHaveLength(3);
  });

  it('end at one whose client id was used for another text', async () => {
    const log = memoryLog();
    await appendTo(log, { messages: [{ text: 'former', clientId: id(71) }], after: 0 });
    const sent = await appendTo(log, { messages: named('one', 'two', 'three'), after: 0 });
    expect(sent).toEqual({ seqs: [2], repeats: [], refused: 'client_id_conflict' });
  });

  it('read at most six messages, and one for each further one, if a client gives them names with one fingerprint', async () => {
    const log = memoryLog();
    // Two bytes of a hash: some of these names share them.
    const alike = namesWithOneFingerprint(14);
    for (const clientId of alike.slice(0, 6)) log.add({ clientId, senderId: bob.id });
    const messages = alike.slice(6).map((clientId) => ({ text: clientId, clientId }));
    const { seqs } = await appendTo(log, { messages, after: 0 });
    expect(seqs).toHaveLength(8);
    const read = log.calls
      .filter((call) => call.startsWith('at '))
      .flatMap((call) => call.slice('at '.length).split(','));
    expect(read.length).toBeGreaterThan(6);
    expect(read.length).toBeLessThanOrEqual(13);
  });

  it('cost no more reads far behind the end of the log than one message does', async () => {
    const log = memoryLog({ holding: 460 });
    await appendTo(log, { messages: named('one', 'two', 'three', 'four', 'five'), after: 1 });
    expect(log.calls.filter((call) => call.startsWith('at'))).toHaveLength(1);
  });
});

describe('while a member blocks the other one', () => {
  it('nothing new is stored, and what is stored already is found', async () => {
    const log = memoryLog({ holding: 4 });
    await appendTo(log, { messages: named('one'), after: 4 });
    log.isSealed = true;
    expect(await appendTo(log, { messages: named('one', 'two'), after: 4 })).toEqual({
      seqs: [5],
      repeats: [5],
      refused: 'cannot_write_to_user',
    });
    expect(await appendTo(log, { messages: [{ text: 'x' }] })).toMatchObject({
      refused: 'cannot_write_to_user',
    });
    expect(log.messages).toHaveLength(5);
  });

  it('no conversation begins', async () => {
    const log = memoryLog();
    log.isSealed = true;
    const sent = await appendTo(log, { messages: named('one'), after: 0 });
    expect(sent).toEqual({ seqs: [], repeats: [], refused: 'cannot_write_to_user' });
  });

  it('a writer who has lost the place to another one meets the block that came meanwhile', async () => {
    const log = memoryLog({
      holding: 4,
      onWrite: (self) => {
        self.add({ senderId: bob.id });
        self.isSealed = true;
        return 'stored';
      },
    });
    const sent = await appendTo(log, { messages: named('one', 'two') });
    expect(sent).toEqual({ seqs: [], repeats: [], refused: 'cannot_write_to_user' });
    expect(log.messages).toHaveLength(5);
  });
});
