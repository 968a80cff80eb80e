import { describe, expect, it } from 'vitest';
import type { ProfileStore } from '../../../../functions/core/accounts/account.ts';
import { nextRecent } from '../../../../functions/core/messages/find-earlier.ts';
import type { LogEntry, MessageLog } from '../../../../functions/core/messages/message.ts';
import { append, type Draft } from '../../support/append-one.ts';
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

describe('a message carries', () => {
  it('the counts of both members, the send rate of its sender, and its client id among the earlier ones', async () => {
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

  it('the facts of the message that took its seq, not those of the one before', async () => {
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

  it('the same facts when its write is repeated', async () => {
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

describe('a member above the send limit', () => {
  it('is rejected, and nothing is stored', async () => {
    const { log, commands } = await logOf(aLogEntry(1, { rates: rateOf(2, NOON_S - 4) }));
    expect(await rejection(appendTo(log))).toEqual({ code: 'rate_limited', retryAfter: 6 });
    expect(commands).toEqual(['Query']);
  });

  it('may still repeat a stored message', async () => {
    const { log } = await logOf(
      aLogEntry(1, { clientId: id(77), text: 'Hello', rates: rateOf(2), recent: nextRecent(NONE, id(77)) }),
    );
    const repeat = await appendTo(log, { clientId: id(77) });
    expect(repeat).toMatchObject({ repeated: true, message: { seq: 1 } });
    expect(await appendTo(log, { clientId: id(77), after: 0 })).toEqual(repeat);
  });

  it('gets the error for a reused client id before the error for the send limit', async () => {
    const { log } = await logOf(
      aLogEntry(1, { clientId: id(77), rates: rateOf(2), recent: nextRecent(NONE, id(77)) }),
    );
    expect(await rejection(appendTo(log, { clientId: id(77) }))).toEqual({ code: 'client_id_conflict' });
  });

  it('does not limit the other member', async () => {
    const { log } = await logOf(aLogEntry(1, { rates: rateOf(2) }));
    expect((await appendTo(log, { conversation: BOBS })).message.seq).toBe(2);
  });

  it('is recognized even when the last message is from the other member', async () => {
    const { log } = await logOf(aLogEntry(1, { senderId: bob.id, rates: rateOf(2) }));
    expect(await rejection(appendTo(log))).toMatchObject({ code: 'rate_limited' });
  });

  it('is recognized by messages that were stored while they were appending', async () => {
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
  it('finds the message among the last hundred, with one more read unless it is the last', async () => {
    const all = named(130);
    const { log, commands } = await logOf(...all);
    const retry = (seq: number) => appendTo(log, { clientId: id(7_000 + seq), text: `message ${seq}` });
    expect(await retry(31)).toMatchObject({ repeated: true, message: { seq: 31 } });
    expect(await retry(130)).toMatchObject({ repeated: true, message: { seq: 130 } });
    expect(commands).toEqual(['Query', 'BatchGet', 'Query']);
  });

  it('of an older message is appended as new', async () => {
    const { log } = await logOf(...named(130));
    const late = await appendTo(log, { clientId: id(7_030), text: 'message 30' });
    expect(late).toMatchObject({ repeated: false, message: { seq: 131 } });
  });

  it('costs one read and one write when nothing is repeated', async () => {
    const { log, commands } = await logOf(...named(130));
    expect(await appendTo(log, { clientId: id(77) })).toMatchObject({ repeated: false });
    expect(commands).toEqual(['Query', 'Put']);
  });

  it('reads a message whose client id has the same fingerprint, and appends the new one', async () => {
    const recent = nextRecent(nextRecent(NONE, id(77)), id(2));
    const { log, commands } = await logOf(
      aLogEntry(1, { clientId: id(1), recent: recent.subarray(0, 2) }),
      aLogEntry(2, { clientId: id(2), recent }),
    );
    expect(await appendTo(log, { clientId: id(77) })).toMatchObject({ repeated: false, message: { seq: 3 } });
    expect(commands).toEqual(['Query', 'BatchGet', 'Put']);
  });

  it('reads at most six messages, however many fingerprints match', async () => {
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
    expect(read()).toBe(6);
  });
});

describe('before the first message of a conversation', () => {
  const nobody = knowing(alice);

  it.each([undefined, 0])('the other member must exist, with `after` %s', async (after) => {
    const { log, commands } = await logOf();
    expect(await rejection(appendTo(log, { after }, nobody))).toEqual({ code: 'user_not_found' });
    expect(commands).toEqual(['Query']);
  });

  it.each([undefined, 0, 1])(
    'the other member is not read again after the first message, with `after` %s',
    async (after) => {
      const { log } = await logOf(aLogEntry(1));
      expect((await appendTo(log, { after }, nobody)).message.seq).toBe(2);
    },
  );

  it('the other member is not read again when another writer was faster', async () => {
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
