import { describe, expect, it } from 'vitest';
import type { ProfileStore } from '../../../../functions/core/accounts/account.ts';
import { append, type Draft } from '../../../../functions/core/messages/append.ts';
import { nextRecent } from '../../../../functions/core/messages/find-earlier.ts';
import type { LogEntry, MessageLog } from '../../../../functions/core/messages/message.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aLogEntry, entries, logOf } from '../../support/log-entries.ts';
import { ALICES, alice, BOBS, bob, CONVERSATION, countingIds, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const NOON_S = Date.parse(NOON) / 1000;
const LIMIT = { messages: 2, seconds: 10 };
const NONE = new Uint8Array();
const rateOf = (count: number, since = NOON_S) => ({ 0: { since, count } });

function appendTo(log: MessageLog, draft: Partial<Draft> = {}, profiles: ProfileStore = knowing(alice, bob)) {
  const { now, wait } = frozenClock();
  return append(
    { log, sendLimit: LIMIT, profiles, newId: countingIds(1), now, random: () => 0, wait },
    { conversation: ALICES, text: 'Hello', ...draft },
  );
}

/** A conversation whose messages carry what they would if they had been said one by one. */
function named(count: number): LogEntry[] {
  let recent: Uint8Array = new Uint8Array();
  return entries(count, (seq) => {
    recent = nextRecent(recent, id(7_000 + seq));
    return { clientId: id(7_000 + seq), recent, counts: { 0: seq } };
  });
}

describe('a message carries on', () => {
  it('what its sender and the other said so far, its sender’s pace, and its client id among those before it', async () => {
    const { log } = await logOf(
      aLogEntry(1, { counts: { 1: 1 }, rates: rateOf(1), recent: Uint8Array.of(1, 2) }),
    );
    await appendTo(log, { clientId: id(77) });
    expect(await log.last(ALICES)).toEqual({
      id: id(1),
      conversation: CONVERSATION,
      seq: 2,
      senderId: alice.id,
      text: 'Hello',
      clientId: id(77),
      read: 0,
      createdAt: NOON,
      counts: { 0: 1, 1: 1 },
      rates: rateOf(2),
      recent: nextRecent(Uint8Array.of(1, 2), id(77)),
    });
  });

  it('what the message carries that took its place, not what the one before did', async () => {
    const { log } = await logOf(aLogEntry(1));
    const rival = aLogEntry(2, {
      senderId: bob.id,
      rates: { 1: { since: NOON_S, count: 1 } },
      recent: Uint8Array.of(3, 4),
    });
    let isFirst = true;
    const contended: MessageLog = {
      ...log,
      append: async (conversation, entry) => {
        if (isFirst) await log.append(conversation, rival);
        isFirst = false;
        return log.append(conversation, entry);
      },
    };
    await appendTo(contended, { clientId: id(77) });
    expect(await log.last(ALICES)).toMatchObject({
      seq: 3,
      rates: { 0: { since: NOON_S, count: 1 }, 1: { since: NOON_S, count: 1 } },
      recent: nextRecent(Uint8Array.of(3, 4), id(77)),
    });
  });

  it('what it carried when its write did not go through', async () => {
    const { log } = await logOf(aLogEntry(1, { recent: Uint8Array.of(1, 2) }));
    let isFirst = true;
    const slow: MessageLog = {
      ...log,
      append: async (conversation, entry) => {
        if (!isFirst) return log.append(conversation, entry);
        isFirst = false;
        return false;
      },
    };
    await appendTo(
      slow,
      {},
      {
        profileOf: () => Promise.reject(new Error('the conversation has begun')),
      },
    );
    expect((await log.last(ALICES))?.recent).toEqual(nextRecent(Uint8Array.of(1, 2), id(1)));
  });
});

describe('who says too much', () => {
  it('is held back, and nothing is stored', async () => {
    const { log, commands } = await logOf(aLogEntry(1, { rates: rateOf(2, NOON_S - 4) }));
    expect(await rejection(appendTo(log))).toEqual({ code: 'rate_limited', retryAfter: 6 });
    expect(commands).toEqual(['Query']);
  });

  it('may still repeat what is stored already', async () => {
    const { log } = await logOf(
      aLogEntry(1, { clientId: id(77), text: 'Hello', rates: rateOf(2), recent: nextRecent(NONE, id(77)) }),
    );
    const repeat = await appendTo(log, { clientId: id(77) });
    expect(repeat).toMatchObject({ repeated: true, message: { seq: 1 } });
    expect(await appendTo(log, { clientId: id(77), after: 0 })).toEqual(repeat);
  });

  it('hears of a name that was used for another text before they hear of their pace', async () => {
    const { log } = await logOf(
      aLogEntry(1, { clientId: id(77), rates: rateOf(2), recent: nextRecent(NONE, id(77)) }),
    );
    expect(await rejection(appendTo(log, { clientId: id(77) }))).toEqual({ code: 'client_id_conflict' });
  });

  it('does not hold the other member back', async () => {
    const { log } = await logOf(aLogEntry(1, { rates: rateOf(2) }));
    expect((await appendTo(log, { conversation: BOBS })).message.seq).toBe(2);
  });

  it('is known even when the last message is another’s', async () => {
    const { log } = await logOf(aLogEntry(1, { senderId: bob.id, rates: rateOf(2) }));
    expect(await rejection(appendTo(log))).toMatchObject({ code: 'rate_limited' });
  });

  it('is known by what was said while they were appending', async () => {
    const { log } = await logOf(aLogEntry(1, { rates: rateOf(1) }));
    const contended: MessageLog = {
      ...log,
      append: async (conversation, entry) => {
        await log.append(conversation, { ...entry, id: id(9), text: 'from another device' });
        return false;
      },
    };
    expect(await rejection(appendTo(contended))).toMatchObject({ code: 'rate_limited' });
  });
});

describe('a retry without `after`', () => {
  it('is found among the last hundred, with one read more unless it is the last', async () => {
    const all = named(130);
    const { log, commands } = await logOf(...all);
    const retry = (seq: number) => appendTo(log, { clientId: id(7_000 + seq), text: `message ${seq}` });
    expect(await retry(31)).toMatchObject({ repeated: true, message: { seq: 31 } });
    expect(await retry(130)).toMatchObject({ repeated: true, message: { seq: 130 } });
    expect(commands).toEqual(['Query', 'BatchGet', 'Query']);
  });

  it('from further back is taken for new', async () => {
    const { log } = await logOf(...named(130));
    const late = await appendTo(log, { clientId: id(7_030), text: 'message 30' });
    expect(late).toMatchObject({ repeated: false, message: { seq: 131 } });
  });

  it('costs nothing where nothing is repeated: one read, one write', async () => {
    const { log, commands } = await logOf(...named(130));
    expect(await appendTo(log, { clientId: id(77) })).toMatchObject({ repeated: false });
    expect(commands).toEqual(['Query', 'Put']);
  });

  it('is not confused by a new client id that looks like an old one: that is read, and it is appended', async () => {
    const recent = nextRecent(nextRecent(NONE, id(77)), id(2));
    const { log, commands } = await logOf(
      aLogEntry(1, { clientId: id(1), recent: recent.subarray(0, 2) }),
      aLogEntry(2, { clientId: id(2), recent }),
    );
    expect(await appendTo(log, { clientId: id(77) })).toMatchObject({ repeated: false, message: { seq: 3 } });
    expect(commands).toEqual(['Query', 'BatchGet', 'Put']);
  });

  it('reads no more than twenty messages, however many names somebody makes look like one', async () => {
    const alike = Array.from({ length: 100 }).reduce<Uint8Array>(
      (recent) => nextRecent(recent, id(77)),
      NONE,
    );
    const { log, commands, read } = await logOf(
      ...named(99),
      aLogEntry(100, { clientId: id(1), recent: alike }),
    );
    expect(await appendTo(log, { clientId: id(77) })).toMatchObject({ repeated: false });
    expect(commands).toEqual(['Query', 'BatchGet', 'Put']);
    expect(read()).toBe(20);
  });
});

describe('before the first message of a conversation', () => {
  const nobody = knowing(alice);

  it.each([undefined, 0])('the other member must exist, with `after` %s', async (after) => {
    const { log, commands } = await logOf();
    expect(await rejection(appendTo(log, { after }, nobody))).toEqual({ code: 'user_not_found' });
    expect(commands).toEqual(['Query']);
  });

  it.each([undefined, 0, 1])('after it nobody looks again, with `after` %s', async (after) => {
    const { log } = await logOf(aLogEntry(1));
    expect((await appendTo(log, { after }, nobody)).message.seq).toBe(2);
  });

  it('nobody looks again if another writer was faster', async () => {
    const { log } = await logOf();
    let asked = 0;
    const begun: MessageLog = {
      ...log,
      append: async (conversation, entry) => {
        if (entry.seq === 1) await log.append(conversation, aLogEntry(1));
        return log.append(conversation, entry);
      },
    };
    const sent = await appendTo(
      begun,
      {},
      {
        async profileOf() {
          asked += 1;
          return bob;
        },
      },
    );
    expect([sent.message.seq, asked]).toEqual([2, 1]);
  });
});
