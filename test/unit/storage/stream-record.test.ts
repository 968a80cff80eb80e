import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { readChange } from '../../../functions/storage/stream-record.ts';
import { NOON } from '../support/clock.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';

type EventName = 'INSERT' | 'MODIFY' | 'REMOVE';

/** A record of the table's stream, with both images in DynamoDB's notation. */
function record(
  eventName: EventName,
  sk: string,
  images: { before?: object; after?: object },
): DynamoDBRecord {
  const key = { pk: `USER#${alice.id}`, sk };
  const image = (item: object) => marshall({ ...key, ...item });
  return {
    eventName,
    dynamodb: {
      Keys: marshall(key),
      ...(images.before && { OldImage: image(images.before) }),
      ...(images.after && { NewImage: image(images.after) }),
    },
  } as DynamoDBRecord;
}

const connection = { userId: alice.id, connectionId: 'a', sessionId: id(500), ttl: 1 };
const session = { id: id(500), userId: alice.id, familyHash: '#family', ttl: 1 };

describe('a record of an account, a session or a connection', () => {
  it.each([
    ['a new account', record('INSERT', 'PROFILE', { after: alice }), { kind: 'account', after: alice }],
    [
      'a changed account',
      record('MODIFY', 'PROFILE', { before: alice, after: { ...alice, staff: true, more: 1 } }),
      { kind: 'account', before: alice, after: { ...alice, staff: true } },
    ],
    [
      'a session that was deleted, by a logout or by its TTL',
      record('REMOVE', `SESSION#${id(500)}`, { before: session }),
      { kind: 'session-ended', userId: alice.id, sessionId: id(500) },
    ],
    [
      'a socket that came',
      record('INSERT', 'CONN#a', { after: connection }),
      { kind: 'connected', userId: alice.id },
    ],
    [
      'a socket that went, by its end or by its TTL',
      record('REMOVE', 'CONN#a', { before: connection }),
      { kind: 'disconnected', userId: alice.id, connectionId: 'a' },
    ],
  ])('of %s is read', (_, one, change) => {
    expect(readChange(one)).toEqual(change);
  });

  it.each([
    ['a new session', record('INSERT', `SESSION#${id(500)}`, { after: session })],
    ['a refreshed session', record('MODIFY', `SESSION#${id(500)}`, { before: session, after: session })],
    ['a deleted account', record('REMOVE', 'PROFILE', { before: alice })],
    ['a changed connection', record('MODIFY', 'CONN#a', { before: connection, after: connection })],
    ['nothing', {} as DynamoDBRecord],
  ])('of %s has no consequence', (_, one) => {
    expect(readChange(one)).toBeUndefined();
  });
});

/** A record as Lambda hands it over: binary values are base64 in it. */
function lambdaRecord(eventName: string, key: { pk: string; sk: string }, before?: object, after?: object) {
  const image = (item: object) =>
    JSON.parse(
      JSON.stringify(marshall({ ...key, ...item }, { removeUndefinedValues: true }), (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      ),
    );
  return {
    eventName,
    dynamodb: {
      Keys: marshall(key),
      ...(before && { OldImage: image(before) }),
      ...(after && { NewImage: image(after) }),
    },
  } as DynamoDBRecord;
}

const user = (sk: string) => ({ pk: `USER#${alice.id}`, sk });
const row = { userId: alice.id, connectionId: 'phone=', sessionId: id(500), connectedAt: NOON };
const entry = aLogEntry(7, {
  clientId: id(77),
  recent: Uint8Array.of(1, 2),
  rates: { 0: { since: 1, count: 2 } },
});
const message = itemOf(entry);
const { pk, sk } = message;

describe('a record of a conversation or of a presence', () => {
  it('of a new message is the message as members see it', () => {
    const { recent: _, ...seen } = entry;
    expect(readChange(lambdaRecord('INSERT', { pk, sk }, undefined, message))).toMatchObject({
      kind: 'message',
      message: seen,
    });
  });

  it.each([
    [
      'a socket that came',
      lambdaRecord('INSERT', user('CONN#phone='), undefined, row),
      { kind: 'connected', userId: alice.id },
    ],
    [
      'a socket that went, by itself or by its TTL',
      lambdaRecord('REMOVE', user('CONN#phone='), row),
      { kind: 'disconnected', userId: alice.id, connectionId: 'phone=' },
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
    ['a message that changed', lambdaRecord('MODIFY', { pk, sk }, message, message)],
    ['a message that went', lambdaRecord('REMOVE', { pk, sk }, message)],
    ['a socket that was written again', lambdaRecord('MODIFY', user('CONN#phone='), row, row)],
    ['a presence that went', lambdaRecord('REMOVE', user('PRESENCE'), { online: true })],
    ['a list of a device', lambdaRecord('REMOVE', user('WATCHING#phone='), { users: [] })],
    [
      'a watcher',
      lambdaRecord('INSERT', { pk: `WATCH#${alice.id}`, sk: `${id(2)}#phone=` }, undefined, { ttl: 1 }),
    ],
    ['a membership', lambdaRecord('MODIFY', user(`CONV#${CONVERSATION}`), { readSeq: 1 }, { readSeq: 2 })],
    ['a place', lambdaRecord('INSERT', user(`INBOX#${NOON}#${CONVERSATION}`), undefined, {})],
    ['a note of the last message', lambdaRecord('INSERT', { pk, sk: 'META' }, undefined, { seq: 1 })],
  ])('of %s has no consequence', (_, one) => {
    expect(readChange(one)).toBeUndefined();
  });
});
