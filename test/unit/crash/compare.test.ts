import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../crash/compare.ts';
import { type Held, type Member, Record } from '../../crash/member.ts';
import type { Pair } from '../../crash/pairs.ts';

/** The log that each user reads. */
let logs: { [access: string]: readonly Held[] } = {};

const server = createServer((request, response) => {
  const access = request.headers.authorization?.split(' ')[1] ?? '';
  const results = logs[access]?.map(({ seq, senderId, text }) => ({
    seq,
    message: text,
    sender_id: senderId,
  }));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ newer: null, results }));
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const LOG: readonly Held[] = [
  { seq: 1, senderId: 'ada', text: 'one' },
  { seq: 2, senderId: 'charles', text: 'two' },
  { seq: 3, senderId: 'ada', text: 'three' },
];

interface Kept {
  written: string[];
  acknowledged: [string, number][];
  shown: Held[];
  held: Held[];
}

function member(userId: string, change: (kept: Kept) => void = () => {}): Member {
  const own = LOG.filter(({ senderId }) => senderId === userId);
  const kept: Kept = {
    written: own.map(({ text }) => text),
    acknowledged: own.map(({ text, seq }) => [text, seq]),
    shown: [...LOG],
    held: [...LOG],
  };
  change(kept);
  const record = new Record(() => {});
  record.written.push(...kept.written);
  for (const [text, seq] of kept.acknowledged) record.acknowledge(text, seq);
  for (const message of kept.shown) record.show(message);
  const nothing = async () => {};
  return {
    userId,
    access: userId,
    record,
    say: nothing,
    held: () => kept.held,
    catchUp: nothing,
    close() {},
  };
}

function differenceIn(ada: Member, charles = member('charles')): Promise<string | undefined> {
  const pair: Pair = { name: 'pair', conversation: 'c', most: 1, members: [ada, charles] };
  return compare(url, pair, new AbortController().signal);
}

const stores = (log: readonly Held[]) => {
  logs = { ada: log, charles: log };
};

describe('what is stored, acknowledged and shown', () => {
  it('is compared, and here it is all the same', async () => {
    stores(LOG);
    expect(await differenceIn(member('ada'))).toBeUndefined();
  });

  const [one, two, three] = LOG as [Held, Held, Held];

  it.each<[string, readonly Held[], RegExp]>([
    ['a message that was acknowledged and is not stored', [one, two], /acknowledged.*"three".*nothing/],
    ['a message that is stored twice', [...LOG, { ...three, seq: 4 }], /stored twice, as 3 and 4/],
    [
      'a number that is missing',
      [one, { ...two, seq: 3 }, { ...three, seq: 4 }],
      /number 2 of the log is missing/,
    ],
    ['another order', [{ ...three, seq: 1 }, two, { ...one, seq: 3 }], /as it was written.*"one".*"three"/],
    [
      'a message that nobody wrote',
      [...LOG, { seq: 4, senderId: 'eve', text: 'four' }],
      /differ|nobody wrote/,
    ],
  ])('differs by %s', async (_, stored, told) => {
    stores(stored);
    // The devices hold what is stored, so only this difference is left.
    const holdIt = (kept: Kept) => Object.assign(kept, { held: [...stored], shown: [...stored] });
    expect(await differenceIn(member('ada', holdIt), member('charles', holdIt))).toMatch(told);
  });

  it('differs if two members read different logs', async () => {
    logs = { ada: LOG, charles: [one, { ...two, text: 'other' }, three] };
    expect(await differenceIn(member('ada'))).toMatch(/one member reads.*the other reads.*place 2/);
  });

  it.each<[string, (kept: Kept) => void, RegExp]>([
    ['a text that was never acknowledged', ({ acknowledged }) => acknowledged.pop(), /acknowledged/],
    [
      'an acknowledgement with another number',
      ({ acknowledged }) => acknowledged.splice(1, 1, ['three', 2]),
      /acknowledged.*number 2.*number 3/,
    ],
    [
      'two numbers for one text',
      ({ acknowledged }) => acknowledged.unshift(['one', 9]),
      /was acknowledged as 9, then as 1/,
    ],
    [
      'another text on a device',
      ({ held }) => held.splice(1, 1, { ...two, text: 'too' }),
      /what a device holds.*"two".*"too"/,
    ],
    [
      'a text that a device was shown and that is not stored',
      ({ shown }) => shown.push({ ...three, seq: 4 }),
      /was shown differ at place 4/,
    ],
    [
      'a number that was shown with two texts',
      ({ shown }) => shown.push({ ...three, text: 'other' }),
      /number 3 was shown as three, then as other/,
    ],
  ])('differs by %s', async (_, change, told) => {
    stores(LOG);
    expect(await differenceIn(member('ada', change))).toMatch(told);
  });

  it('is not compared with a device before it has caught up', async () => {
    stores(LOG);
    const late = member('ada', (kept) => kept.held.splice(1));
    const catchUp = async () => void (late.held() as Held[]).push(two, three);
    expect(await differenceIn({ ...late, catchUp })).toBeUndefined();
  });
});
