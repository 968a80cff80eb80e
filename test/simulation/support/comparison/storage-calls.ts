import fc from 'fast-check';
import { type OwnConversation, pairWith } from '../../../../functions/core/conversations/conversation.ts';
import { ownGroup, type Roster } from '../../../../functions/core/conversations/roster.ts';
import { accountStore, peopleStore } from '../../../../functions/storage/accounts.ts';
import { auditLog, auditReader } from '../../../../functions/storage/audit.ts';
import { blockStore } from '../../../../functions/storage/blocks.ts';
import { connectionAdder } from '../../../../functions/storage/connection-adder.ts';
import { connectionStore } from '../../../../functions/storage/connections.ts';
import { conversationList } from '../../../../functions/storage/conversation-list.ts';
import { loginAttempts } from '../../../../functions/storage/counters.ts';
import { directoryProjection } from '../../../../functions/storage/directory.ts';
import { inboxReader } from '../../../../functions/storage/inbox.ts';
import { inboxProjection } from '../../../../functions/storage/inbox-projection.ts';
import { messageStore } from '../../../../functions/storage/messages.ts';
import { membershipCheck, presenceStore } from '../../../../functions/storage/presence.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { rosterStore } from '../../../../functions/storage/rosters.ts';
import { sessionList, sessionStore } from '../../../../functions/storage/sessions.ts';
import type { Table } from '../../../../functions/storage/table.ts';
import { watchStore } from '../../../../functions/storage/watches.ts';

/** One call of an adapter. The ids of its users belong to one run. */
type Call = (table: Table, run: number) => Promise<unknown>;

const now = new Date('2026-11-23T12:00:00.000Z');
const uuid = (run: number, n: number) => `00000000-0000-4000-8000-${String(run * 10 + n).padStart(12, '0')}`;
const conversationIn = (run: number, n: number) => `${uuid(run, 1)}.${uuid(run, n + 2)}`;
const at = (n: number) => new Date(now.getTime() + n * 1000).toISOString();
const small = fc.nat(2);
const seq = fc.integer({ min: 1, max: 5 });

/** The same conversation, as the first user sees it. */
const pairIn = (run: number, n: number) => pairWith(uuid(run, 1), uuid(run, n + 2));

/** A group of the first user and another one, in one of its versions. In some, the other one has left. */
function rosterIn(run: number, version: number, hasLeft: boolean): Roster {
  return {
    ...{ id: uuid(run, 9), version, title: `title ${version}`, history: 'all' },
    members: [
      { userId: uuid(run, 1), role: 'owner', from: 1 },
      { userId: uuid(run, 2), role: hasLeft ? undefined : version > 2 ? 'reader' : 'member', from: 1 },
    ],
  };
}

/** An entry of the first user's. */
function entry({ id: conversation, self, members }: OwnConversation, seq: number) {
  return {
    id: `m${seq}`,
    conversation,
    seq,
    senderId: members[self] as string,
    text: 'Hi',
    read: seq,
    createdAt: at(seq),
    counts: { [self]: seq },
    rates: { [self]: { since: 1, count: seq } },
    recent: Uint8Array.of(1, seq),
  };
}

const calls: readonly fc.Arbitrary<Call>[] = [
  fc.tuple(small, seq).map(([n, at]) => (table, run) => {
    return messageStore(table).append(pairIn(run, n), entry(pairIn(run, n), at));
  }),
  fc.tuple(small, seq).map(
    ([n, from]) =>
      (table, run) =>
        messageStore(table).since(pairIn(run, n), from, 2),
  ),
  fc.tuple(small, fc.subarray([1, 2, 3, 4, 5])).map(
    ([n, seqs]) =>
      (table, run) =>
        messageStore(table).at(pairIn(run, n), seqs),
  ),
  small.map((n) => (table, run) => messageStore(table).last(pairIn(run, n))),
  fc.tuple(seq, seq, fc.boolean(), fc.boolean()).map(([version, at, hadLeft, hasLeft]) => (table, run) => {
    const after = rosterIn(run, version, hasLeft);
    const own = ownGroup(after, uuid(run, 1)) as OwnConversation;
    const event = { type: 'renamed', title: after.title } as const;
    return rosterStore(table).apply({
      before: version === 1 ? undefined : rosterIn(run, version - 1, hadLeft),
      ...{ after, entry: { ...entry(own, at), text: '', event, events: version, roster: version } },
    });
  }),
  fc.constant<Call>((table, run) => rosterStore(table).roster(uuid(run, 9))),
  fc.constant<Call>((table, run) => rosterStore(table).countOf(uuid(run, 2))),
  fc.constant<Call>(async (table, run) => [...(await inboxReader(table).groups(uuid(run, 2)))]),
  fc.constant<Call>((table, run) => inboxReader(table).details(uuid(run, 2), [uuid(run, 9)])),
  small.map((n) => (table, run) => messageStore(table).end(pairIn(run, n))),
  small.map((n) => (table, run) => blockStore(table).add(uuid(run, 1), uuid(run, n + 2), 2)),
  small.map((n) => (table, run) => blockStore(table).remove(uuid(run, 1), uuid(run, n + 2))),
  fc.constant<Call>((table, run) => blockStore(table).of(uuid(run, 1))),
  fc.tuple(small, seq).map(
    ([n, to]) =>
      (table, run) =>
        messageStore(table).upTo(pairIn(run, n), to, 2),
  ),
  fc.tuple(small, seq).map(([n, seq]) => (table, run) => {
    const held = [0, 1, 2].map((i) => ({ id: conversationIn(run, i), seq: seq - (i === n ? 1 : 0) }));
    const changes = held.map((one) => ({ ...one, change: one.seq }));
    return messageStore(table).ahead({ messages: held, changes });
  }),
  fc.tuple(small, seq, small).map(([n, seq, change]) => async (table, run) => {
    const log = messageStore(table);
    const [entry] = await log.at(pairIn(run, n), [seq]);
    if (!entry) return log.lastChange(pairIn(run, n));
    const { members } = pairIn(run, n);
    const reactions = Object.fromEntries(['👍', '🎉'].slice(change).map((emoji) => [emoji, members]));
    const changed = { ...entry, text: `${change}`, changed: { change: change + 1, version: 2, reactions } };
    return log.change(pairIn(run, n), changed, entry);
  }),
  fc.tuple(small, small).map(([n, from]) => (table, run) => {
    return messageStore(table).changesFrom(pairIn(run, n), from, 2);
  }),
  fc.tuple(small, seq).map(
    ([n, seq]) =>
      (table, run) =>
        receiptStore(table).moveRead(uuid(run, 1), conversationIn(run, n), { seq, others: 1 }),
  ),
  fc.tuple(small, seq, small).map(
    ([n, seq, second]) =>
      (table, run) =>
        receiptStore(table).moveReceived(
          uuid(run, 1),
          conversationIn(run, n),
          seq,
          new Date(at(second)),
          1_000,
        ),
  ),
  seq.map((seq) => (table, run) => {
    return receiptStore(table).moveRead(uuid(run, 2), uuid(run, 9), { seq, others: 1 });
  }),
  fc.tuple(seq, small).map(([seq, second]) => (table, run) => {
    return receiptStore(table).moveReceived(uuid(run, 2), uuid(run, 9), seq, new Date(at(second)), 1_000);
  }),
  fc.constant<Call>((table, run) => peopleStore(table).peopleOf([0, 1, 2].map((n) => uuid(run, n)))),
  small.map((n) => (table, run) => receiptStore(table).of(uuid(run, 1), conversationIn(run, n))),
  fc.tuple(small, seq).map(([n, seq]) => (table, run) => {
    const conversation = pairIn(run, n);
    const { id, senderId, text, createdAt, counts } = entry(conversation, seq);
    return inboxProjection(table).summarize(conversation, {
      last: { seq, id, senderId, text, createdAt, counts },
      receipts: { [conversation.self]: { seq, others: 1 } },
    });
  }),
  fc.tuple(small, seq, fc.boolean()).map(([n, seq, hasFormer]) => (table, run) => {
    const conversation = conversationIn(run, n);
    const former = hasFormer ? { conversation, topAt: at(seq - 1) } : undefined;
    const peer = { id: uuid(run, n + 2), username: 'bob' };
    return inboxProjection(table).moveToTop(
      uuid(run, 1),
      { conversation, topAt: at(seq) },
      peer,
      former ? [former] : [],
    );
  }),
  fc.constant<Call>((table, run) => inboxProjection(table).top(uuid(run, 1))),
  fc.tuple(small, seq, fc.boolean()).map(([n, seq, hasBefore]) => (table, run) => {
    const before = hasBefore ? { conversation: conversationIn(run, n), topAt: at(seq) } : undefined;
    return inboxReader(table).positions(uuid(run, 1), { limit: 2, before });
  }),
  seq.map((from) => (table, run) => inboxReader(table).positionsSince(uuid(run, 1), at(from), 2)),
  fc.tuple(small, fc.boolean()).map(([n, hasBefore]) => (table, run) => {
    const before = hasBefore ? conversationIn(run, n) : undefined;
    return conversationList(table).after(uuid(run, 1), before, 2);
  }),
  fc.tuple(small, seq).map(([n, second]) => (table, run) => {
    const entry = { event: 'logged_in', userId: uuid(run, 1), operation: 'x', at: at(second) } as const;
    const client = { device: '', address: '' };
    return auditLog(table).append({ time: at(second), name: `${n}` }, { ...entry, ...client });
  }),
  fc.tuple(small, seq, fc.boolean()).map(([n, second, hasLast]) => (table, run) => {
    const last = hasLast ? { time: at(second), name: `${n}` } : undefined;
    return auditReader(table).after(uuid(run, 1), last, 2, now);
  }),
  fc.constant<Call>((table, run) =>
    inboxReader(table).details(
      uuid(run, 1),
      [0, 1, 2].map((n) => conversationIn(run, n)),
    ),
  ),
  fc.tuple(small, fc.boolean()).map(
    ([n, online]) =>
      (table, run) =>
        presenceStore(table).set(uuid(run, n), online, now),
  ),
  fc.tuple(small, fc.boolean()).map(
    ([n, hidden]) =>
      (table, run) =>
        presenceStore(table).hide(uuid(run, n), hidden),
  ),
  fc.constant<Call>((table, run) => presenceStore(table).of([0, 1, 2].map((n) => uuid(run, n)))),
  fc.constant<Call>((table, run) =>
    membershipCheck(table).among(
      uuid(run, 1),
      [0, 1].map((n) => conversationIn(run, n)),
    ),
  ),
  small.map((n) => (table, run) => {
    const [userId, connectionId] = [uuid(run, 1), `c${n}`];
    const connectedAt = new Date(now.getTime() - n * 1000);
    return connectionAdder(table, 2).add(
      { connectionId, userId, sessionId: 's', conversation: '', connectedAt, expiresAt: new Date(at(n)) },
      now,
    );
  }),
  small.map((n) => (table, run) => connectionStore(table).remove(uuid(run, 1), `c${n}`)),
  fc.tuple(small, small).map(
    ([n, later]) =>
      (table, run) =>
        connectionStore(table).renew(uuid(run, 1), `c${n}`, new Date(at(later))),
  ),
  fc.constant<Call>((table, run) =>
    connectionStore(table).of(
      [0, 1].map((n) => uuid(run, n)),
      now,
    ),
  ),
  fc.tuple(small, fc.subarray([0, 1, 2, 3])).map(([n, users]) => (table, run) => {
    const watcher = { userId: uuid(run, 1), connectionId: `c${n}` };
    return watchStore(table).watch(
      watcher,
      users.map((user) => uuid(run, user)),
      now,
    );
  }),
  small.map(
    (n) => (table, run) => watchStore(table).unwatch({ userId: uuid(run, 1), connectionId: `c${n}` }),
  ),
  small.map((n) => (table, run) => watchStore(table).watchersOf(uuid(run, n), now)),
  fc.tuple(small, small).map(([n, name]) => (table, run) => {
    const account = { id: uuid(run, n), email: `${run}.${n}@example.org`, username: `${run}.${name}` };
    const more = { firstName: 'A', lastName: 'B', staff: false, createdAt: at(0) };
    return accountStore(table).create({ ...account, ...more }, 'hash');
  }),
  fc
    .tuple(small, fc.constantFrom('countIn' as const, 'leave' as const))
    .map(([n, change]) => (table, run) => {
      return directoryProjection(table)[change]('users', `${run}.${n}`);
    }),
  fc
    .tuple(small, fc.constantFrom('fail' as const, 'giveBack' as const, undefined), small)
    .map(([n, outcome, second]) => async (table, run) => {
      const attempts = loginAttempts(table);
      const limit = { failures: 2, seconds: 1, longest: 4 };
      const at = new Date(now.getTime() + second * 1000);
      const begun = await attempts.begin({ email: `${run}.${n}@example.org` }, limit, at);
      if (outcome && !('isUndecided' in begun)) await attempts[outcome](begun);
      return begun;
    }),
  small.map((n) => (table, run) => {
    const hashes = { familyHash: 'f', rotationHash: `r${n}` };
    return sessionStore(table).create({
      id: 's',
      userId: uuid(run, 1),
      ...hashes,
      ...{ device: 'd', address: 'a' },
      createdAt: at(0),
      expiresAt: new Date(at(9)),
    });
  }),
  fc.tuple(small, small).map(([n, family]) => (table, run) => {
    const claim = {
      userId: uuid(run, 1),
      sessionId: 's',
      familyHash: family > 0 ? 'f' : 'g',
      rotationHash: `r${n}`,
    };
    const next = {
      rotationHash: `r${n + 1}`,
      salt: `s${n}`,
      expiresAt: new Date(at(9)),
      bornSince: new Date(0),
      ...{ device: `d${n}`, address: `a${n}` },
    };
    return sessionStore(table).rotate(claim, next, now);
  }),
  small.map((second) => (table, run) => sessionList(table).of(uuid(run, 1), new Date(at(3 * second)))),
  small.map(
    (second) => (table, run) => sessionList(table).remove(uuid(run, 1), 's', new Date(at(3 * second))),
  ),
];

export const storageCalls: fc.Arbitrary<readonly Call[]> = fc.array(fc.oneof(...calls), {
  maxLength: 40,
  size: 'max',
});
