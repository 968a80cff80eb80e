import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { loginAttempts, retryCounter } from '../../../functions/storage/counters.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, CONVERSATION } from '../support/people.ts';
import { conditionFailed, sent, table } from '../support/table.ts';

const now = new Date(NOON);
const NOON_S = now.getTime() / 1000;
const windowEnds = new Date('2026-11-23T12:01:00.000Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const limit = { failures: 2, seconds: 60, longest: 3_600 };
const subject = { email: 'alice@example.org' };
const Key = { pk: `ATTEMPTS#${subject.email}`, sk: 'LOGIN' };

/** The attempts of one email in a table in memory. */
function counted() {
  const { table, state } = memoryTable();
  const attempts = loginAttempts(table);
  const begin = async (at = now) => {
    const begun = await attempts.begin(subject, limit, at);
    if ('isUndecided' in begun) throw new Error('refused');
    return begun;
  };
  return { attempts, begin, item: () => state.get(Key) };
}

describe('an attempt', () => {
  it('is counted in one write, which fails at the limit', async () => {
    documents.on(UpdateCommand).resolves({ Attributes: { ends: NOON_S + 60, attempts: 1 } });
    expect(await loginAttempts(table).begin({ email: 'Alice@Example.org' }, limit, now)).toEqual({
      subject: { email: 'Alice@Example.org' },
      windowEnds,
    });
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'parley-test',
          Key,
          UpdateExpression:
            'SET #ends = if_not_exists(#ends, :end), #ttl = if_not_exists(#ttl, :ttl) ADD attempts :more',
          ConditionExpression: 'attribute_not_exists(#ends) OR #ends > :now AND attempts <= :most',
          ExpressionAttributeNames: { '#ends': 'ends', '#ttl': 'ttl' },
          ExpressionAttributeValues: {
            ...{ ':end': NOON_S + 60, ':ttl': NOON_S + 3_660 },
            ...{ ':more': 1, ':now': NOON_S, ':most': 1 },
          },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ],
    ]);
  });

  it('is refused above the limit until the window of the first attempt has ended', async () => {
    const { attempts, begin } = counted();
    await begin();
    await begin(later(30));
    expect(await attempts.begin(subject, limit, later(59))).toEqual({ windowEnds, isUndecided: true });
    expect(await begin(later(60))).toEqual({ subject, windowEnds: later(120) });
  });

  it('is refused as final when all counted attempts were wrong', async () => {
    const { attempts, begin } = counted();
    for (let i = 0; i < 2; i += 1) await attempts.fail(await begin());
    expect(await attempts.begin(subject, limit, now)).toEqual({ windowEnds, isUndecided: false });
  });

  it('starts a window without the failures of the previous one', async () => {
    const { attempts, begin, item } = counted();
    await attempts.fail(await begin());
    await begin(later(60));
    expect(item()).toEqual({ ...Key, ends: NOON_S + 180, ttl: NOON_S + 3_780, attempts: 1, doublings: 1 });
  });

  it('is counted from the beginning once the owner has proven that the address is theirs', async () => {
    const { attempts, begin, item } = counted();
    const guesses = [await begin(), await begin()];
    await attempts.clear(subject);
    for (const guess of guesses) await attempts.fail(guess);
    expect(item()).toBeUndefined();
    expect(await begin()).toEqual({ subject, windowEnds });
  });

  it('that was never made leaves nothing to clear', async () => {
    const { attempts, item } = counted();
    await attempts.clear(subject);
    expect(item()).toBeUndefined();
  });

  it('that succeeded is not counted any more', async () => {
    const { attempts, begin } = counted();
    await begin();
    await attempts.giveBack(await begin());
    expect(await begin()).toEqual({ subject, windowEnds });
  });

  it.each(['fail', 'giveBack'] as const)('changes no other window than its own (%s)', async (outcome) => {
    const { attempts, begin, item } = counted();
    const old = await begin();
    await begin(later(60));
    const before = item();
    await attempts[outcome](old);
    expect(item()).toEqual(before);
  });

  it('is counted in the new window when another attempt has just started it', async () => {
    const Item = { ends: { N: String(NOON_S) }, attempts: { N: '2' } };
    documents
      .on(UpdateCommand)
      .rejectsOnce(conditionFailed(Item))
      .rejectsOnce(conditionFailed({ ...Item, ends: { N: String(NOON_S + 60) } }))
      .resolves({ Attributes: { ends: NOON_S + 60, attempts: 2 } });
    expect(await loginAttempts(table).begin(subject, limit, now)).toEqual({ subject, windowEnds });
    expect(sent()).toHaveLength(3);
  });

  it('throws every other error', async () => {
    const fault = new Error('down');
    documents.on(UpdateCommand).rejectsOnce(fault).resolves({});
    await expect(loginAttempts(table).begin(subject, limit, now)).rejects.toBe(fault);
    expect(sent()).toHaveLength(1);
  });
});

const sendLimit = { messages: 3, seconds: 10 };
const afterNoon = (seconds: number) => new Date(Date.parse(NOON) + seconds * 1000);

it('repeats are counted per sender and conversation until the window of the first has ended', async () => {
  const { table } = memoryTable();
  const repeats = retryCounter(table);
  const count = (userId: string, conversation: string, at: Date) =>
    repeats.count(userId, conversation, 1, sendLimit, at);
  for (const seconds of [0, 1, 9]) {
    expect(await count(alice.id, CONVERSATION, afterNoon(seconds))).toBeUndefined();
  }
  expect(await count(alice.id, CONVERSATION, afterNoon(9))).toEqual(afterNoon(10));
  expect(await count(bob.id, CONVERSATION, afterNoon(9))).toBeUndefined();
  expect(await count(alice.id, 'another', afterNoon(9))).toBeUndefined();
  expect(await count(alice.id, CONVERSATION, afterNoon(10))).toBeUndefined();
});

it('at most the limit of a thousand concurrent repeats is accepted', async () => {
  const { table } = memoryTable();
  const repeats = retryCounter(table);
  const counted = await Promise.all(
    Array.from({ length: 1_000 }, () => repeats.count(alice.id, CONVERSATION, 1, sendLimit, afterNoon(0))),
  );
  expect(counted.filter((until) => until === undefined)).toHaveLength(3);
});
