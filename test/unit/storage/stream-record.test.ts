import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { groupOf, type Roster } from '../../../functions/core/conversations/roster.ts';
import { fromLogEntry } from '../../../functions/storage/log-entry.ts';
import { lineOf, readChange, readChanges } from '../../../functions/storage/stream-record.ts';
import { image } from '../../support/table/stream.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { ALICES, alice, CONVERSATION, id } from '../support/people.ts';

type EventName = 'INSERT' | 'MODIFY' | 'REMOVE';

/** A record of the table's stream, with both images in DynamoDB's notation. */
function record(
  eventName: EventName,
  sk: string,
  images: { before?: object; after?: object },
): DynamoDBRecord {
  const key = { pk: `USER#${alice.id}`, sk };
  return {
    eventName,
    dynamodb: {
      Keys: marshall(key),
      ...(images.before && { OldImage: image({ ...key, ...images.before }) }),
      ...(images.after && { NewImage: image({ ...key, ...images.after }) }),
    },
  } as DynamoDBRecord;
}

const session = { id: id(500), userId: alice.id, familyHash: '#family', ttl: 1 };

describe('a record of a dissolved group', () => {
  const dissolved = (eventName: EventName, images: { before?: object; after?: object }) => {
    const key = marshall({ pk: `CONV#${id(700)}`, sk: 'DISSOLVED' });
    const image = (item: object) => ({ ...key, ...marshall(item) });
    const { before, after } = images;
    return readChange({
      eventName,
      dynamodb: {
        Keys: key,
        ...(before && { OldImage: image(before) }),
        ...(after && { NewImage: image(after) }),
      },
    } as DynamoDBRecord);
  };
  const change = { kind: 'group-dissolved', group: id(700) };

  it('tells of the first step of its removal, and of each next one', () => {
    expect(dissolved('INSERT', { after: {} })).toEqual({ ...change, steps: 0 });
    const next = { before: { steps: 1 }, after: { steps: 2 } };
    expect(dissolved('MODIFY', next)).toEqual({ ...change, steps: 2 });
  });

  it('tells nothing when all is done, until the mark has expired', () => {
    expect(dissolved('MODIFY', { before: {}, after: { ttl: 1 } })).toBeUndefined();
    expect(dissolved('REMOVE', { before: { ttl: 1 } })).toEqual({ ...change, steps: 0, isLate: true });
  });
});

describe('a record of an account or a session', () => {
  it.each([
    ['a new account', record('INSERT', 'PROFILE', { after: alice }), { kind: 'account', after: alice }],
    [
      'a changed account',
      record('MODIFY', 'PROFILE', { before: alice, after: { ...alice, staff: true, more: 1 } }),
      { kind: 'account', before: alice, after: { ...alice, staff: true } },
    ],
    [
      'an account that was deleted',
      record('MODIFY', 'PROFILE', { before: alice, after: { id: alice.id, deletedAt: NOON } }),
      { kind: 'account-deleted', userId: alice.id, username: 'Alice' },
    ],
    [
      'the next step of that',
      record('MODIFY', 'PROFILE', {
        before: { id: alice.id, deletedAt: NOON },
        after: { id: alice.id, deletedAt: NOON, steps: 1 },
      }),
      { kind: 'account-deleted', userId: alice.id, username: undefined },
    ],
    [
      'a session that was deleted, by a logout or by its TTL',
      record('REMOVE', `SESSION#${id(500)}`, { before: session }),
      { kind: 'sessions-ended', userId: alice.id, sessionIds: [id(500)] },
    ],
  ])('of %s is read', (_, one, change) => {
    expect(readChange(one)).toEqual(change);
  });

  it.each([
    ['a new session', record('INSERT', `SESSION#${id(500)}`, { after: session })],
    ['a refreshed session', record('MODIFY', `SESSION#${id(500)}`, { before: session, after: session })],
    ['an account that an operator removed', record('REMOVE', 'PROFILE', { before: alice })],
    ['nothing', {} as DynamoDBRecord],
  ])('of %s has no consequence', (_, one) => {
    expect(readChange(one)).toBeUndefined();
  });
});

/** A record as Lambda hands it over: binary values are base64 in it. */
function lambdaRecord(eventName: string, key: { pk: string; sk: string }, before?: object, after?: object) {
  return {
    eventName,
    dynamodb: {
      Keys: marshall(key),
      ...(before && { OldImage: image({ ...key, ...before }) }),
      ...(after && { NewImage: image({ ...key, ...after }) }),
    },
  } as DynamoDBRecord;
}

const user = (sk: string) => ({ pk: `USER#${alice.id}`, sk });
const phone = aConnection('phone=', { conversation: '' });
const desk = aConnection('desk');
const sockets = (...open: Parameters<typeof socketsItem>[1][]) => socketsItem(alice.id, ...open);
const closing = (connectionId: string) => ({
  [`closing#${connectionId}`]: {
    session: id(500),
    since: Date.parse(NOON),
    until: Date.parse(NOON) / 1000 + 7_200,
  },
});
const entry = aLogEntry(7, {
  clientId: id(77),
  recent: Uint8Array.of(1, 2),
  rates: { 0: { since: 1, count: 2 } },
});
const message = itemOf(entry);
const { pk, sk } = message;

describe('a record of a conversation or of a presence', () => {
  it('of a new message is the message as members see it', () => {
    const change = readChange(lambdaRecord('INSERT', { pk, sk }, undefined, message));
    expect(change).toMatchObject({ kind: 'message', message: { conversation: CONVERSATION, seq: 7 } });
    expect(change?.kind === 'message' && change.message.entryIn(ALICES)).toEqual(entry);
  });

  it('of a changed message is also the message as it was', () => {
    const changed = { ...message, text: 'Better.' };
    const change = readChange(lambdaRecord('MODIFY', { pk, sk }, message, changed));
    if (change?.kind !== 'message') throw new Error('It is one of a message.');
    expect(change.message.entryIn(ALICES)).toEqual({ ...entry, text: 'Better.' });
    expect(change.message.formerIn?.(ALICES)).toEqual(entry);
    const added = readChange(lambdaRecord('INSERT', { pk, sk }, undefined, message));
    expect(added?.kind === 'message' && added.message.formerIn).toBeUndefined();
  });

  it.each([
    ['a reaction', undefined, [['👍', [0]]], true],
    ['one more', [['👍', [0]]], [['👍', [0, 1]]], true],
    ['one that is taken back', [['👍', [0]]], [], true],
    ['an edit that keeps them', [['👍', [0]]], [['👍', [0]]], false],
    ['a deletion, which ends them', [['👍', [0]]], undefined, false],
    ['an edit', undefined, undefined, false],
  ])('of %s tells whether somebody has reacted', (_what, before, after, isReaction) => {
    const withReactions = (reactions: unknown, change: number) => ({
      ...message,
      changed: { change, version: 1, ...(reactions !== undefined && { reactions }) },
    });
    const record = ['MODIFY', { pk, sk }, withReactions(before, 1), withReactions(after, 2)] as const;
    expect(readChange(lambdaRecord(...record))).toMatchObject({ message: { isReaction } });
    const first = readChange(lambdaRecord('INSERT', { pk, sk }, undefined, withReactions(after, 2)));
    expect(first).toMatchObject({ message: { isReaction: false } });
  });

  it('of a group is read by whoever knows its members', () => {
    const roster: Roster = {
      ...{ id: id(700), version: 1, title: 'Trip', history: 'all' },
      members: [{ userId: id(3), role: 'owner', from: 1 }],
    };
    const event = { type: 'created', title: 'Trip', users: [id(3)] } as const;
    const created = aLogEntry(1, {
      conversation: id(700),
      senderId: id(3),
      text: '',
      event,
      events: 1,
      roster: 1,
      counts: { 0: 300 },
      rates: { 0: { since: 1, count: 2 } },
    });
    const { pk, sk, ...item } = fromLogEntry(groupOf(roster), created) as { pk: string; sk: string };
    const change = readChange(lambdaRecord('INSERT', { pk, sk }, undefined, { pk, sk, ...item }));
    expect(change).toMatchObject({ kind: 'message', message: { conversation: id(700), seq: 1 } });
    expect(change?.kind === 'message' && change.message.entryIn(groupOf(roster))).toEqual(created);
  });

  it.each([
    [
      'the first socket of somebody',
      lambdaRecord('INSERT', user('SOCKETS'), undefined, sockets(phone)),
      { kind: 'sockets', userId: alice.id, stayed: [], gone: [], replaced: [] },
    ],
    [
      'a socket that came beside another',
      lambdaRecord('MODIFY', user('SOCKETS'), sockets(phone), sockets(phone, desk)),
      { kind: 'sockets', userId: alice.id, stayed: [phone], gone: [], replaced: [] },
    ],
    [
      'a socket that went',
      lambdaRecord('MODIFY', user('SOCKETS'), sockets(phone, desk), sockets(desk)),
      { kind: 'sockets', userId: alice.id, stayed: [desk], gone: [phone], replaced: [] },
    ],
    [
      'a list that TTL deleted',
      lambdaRecord('REMOVE', user('SOCKETS'), sockets(phone, desk)),
      { kind: 'sockets', userId: alice.id, stayed: [], gone: [phone, desk], replaced: [] },
    ],
    [
      'a socket that another one replaced, while a third waits to be closed',
      lambdaRecord(
        'MODIFY',
        user('SOCKETS'),
        { ...sockets(phone), ...closing('former') },
        { ...sockets(desk), ...closing('former'), ...closing('phone=') },
      ),
      { kind: 'sockets', userId: alice.id, stayed: [], gone: [phone], replaced: [phone] },
    ],
    [
      'the end of the wait for what is left of a deleted account',
      lambdaRecord('REMOVE', user('REMAINS'), { ttl: 1 }),
      { kind: 'account-deleted', userId: alice.id, isLate: true },
    ],
    [
      'the first presence of somebody',
      lambdaRecord('INSERT', user('PRESENCE'), undefined, { online: true }),
      { kind: 'presence', before: undefined, after: { userId: alice.id, online: true, hidden: false } },
    ],
    [
      'a changed presence',
      lambdaRecord(
        'MODIFY',
        user('PRESENCE'),
        { online: true, hidden: true },
        { online: false, hidden: true, lastSeen: NOON },
      ),
      {
        kind: 'presence',
        before: { userId: alice.id, online: true, hidden: true },
        after: { userId: alice.id, online: false, hidden: true, lastSeen: NOON },
      },
    ],
  ])('of %s is read', (_, one, change) => {
    expect(readChange(one)).toEqual(change);
  });

  it.each([
    ['a message that went', lambdaRecord('REMOVE', { pk, sk }, message)],
    [
      'sockets that were written again',
      lambdaRecord('MODIFY', user('SOCKETS'), sockets(desk), sockets(desk)),
    ],
    [
      'a replaced socket that was closed',
      lambdaRecord('MODIFY', user('SOCKETS'), { ...sockets(desk), ...closing('phone=') }, sockets(desk)),
    ],
    ['a presence that went', lambdaRecord('REMOVE', user('PRESENCE'), { online: true })],
    ['a list of a device', lambdaRecord('REMOVE', user('WATCHING#phone='), { ttl: 1 })],
    ['a watcher', lambdaRecord('INSERT', { pk: `WATCH#${alice.id}`, sk: id(2) }, undefined, { ttl: 1 })],
    ['a membership', lambdaRecord('MODIFY', user(`CONV#${CONVERSATION}`), { readSeq: 1 }, { readSeq: 2 })],
    ['a place', lambdaRecord('INSERT', user(`INBOX#${NOON}#${CONVERSATION}`), undefined, {})],
    ['a roster', lambdaRecord('MODIFY', { pk, sk: 'GROUP' }, { version: 1 }, { version: 2 })],
    ['a note of the last message', lambdaRecord('INSERT', { pk, sk: 'META' }, undefined, { seq: 1 })],
  ])('of %s has no consequence', (_, one) => {
    expect(readChange(one)).toBeUndefined();
  });
});

describe('the sessions of one user that end in a batch', () => {
  const ended = (sessionId: string, userId = alice.id) =>
    lambdaRecord('REMOVE', { pk: `USER#${userId}`, sk: `SESSION#${sessionId}` }, { id: sessionId, userId });

  it('are one change, that of the first of them; every other record has its own', () => {
    const opened = lambdaRecord('INSERT', user('SOCKETS'), undefined, sockets(phone));
    const records = [ended(id(500)), opened, ended(id(600), id(2)), ended(id(501)), ended(id(502))];
    expect(records.map(readChanges(records))).toEqual([
      { kind: 'sessions-ended', userId: alice.id, sessionIds: [id(500), id(501), id(502)] },
      readChange(opened),
      { kind: 'sessions-ended', userId: id(2), sessionIds: [id(600)] },
      undefined,
      undefined,
    ]);
  });

  it('are still one change when the batch is repeated from a later record', () => {
    const rest = [ended(id(501)), ended(id(502))];
    expect(rest.map(readChanges(rest))).toEqual([
      { kind: 'sessions-ended', userId: alice.id, sessionIds: [id(501), id(502)] },
      undefined,
    ]);
  });
});

describe('the records that are followed in order', () => {
  const lineOfKey = (pk: string, sk: string) =>
    lineOf({ dynamodb: { Keys: marshall({ pk, sk }) } } as DynamoDBRecord);

  it('are those of one user', () => {
    expect(lineOfKey('USER#a', 'SOCKETS')).toBe(lineOfKey('USER#a', 'PRESENCE'));
    expect(lineOfKey('USER#a', 'SOCKETS')).not.toBe(lineOfKey('USER#b', 'SOCKETS'));
  });

  it('are all that change the directory, whose counters are shared', () => {
    expect(lineOfKey('USER#a', 'PROFILE')).toBe(lineOfKey('USER#b', 'PROFILE'));
  });
});
