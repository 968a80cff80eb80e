import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { readChange } from '../../../functions/storage/stream-record.ts';
import { NOON } from '../support/clock.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';

/** A record as Lambda hands it over: binary values are base64 in it. */
function record(eventName: string, key: { pk: string; sk: string }, before?: object, after?: object) {
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

describe('a record of the stream', () => {
  it('of a new message is the message, as people see it', () => {
    const { recent: _, ...seen } = entry;
    expect(readChange(record('INSERT', { pk, sk }, undefined, message))).toMatchObject({
      kind: 'message',
      message: seen,
    });
  });

  it.each([
    [
      'a socket that came',
      record('INSERT', user('CONN#phone='), undefined, row),
      { kind: 'connected', userId: alice.id },
    ],
    [
      'a socket that went, by itself or by its TTL',
      record('REMOVE', user('CONN#phone='), row),
      { kind: 'disconnected', userId: alice.id, connectionId: 'phone=' },
    ],
    [
      'the first presence of somebody',
      record('INSERT', user('PRESENCE'), undefined, { online: true }),
      { kind: 'presence', before: undefined, after: { userId: alice.id, online: true, hidden: false } },
    ],
    [
      'a changed presence',
      record(
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
    ['a message that changed', record('MODIFY', { pk, sk }, message, message)],
    ['a message that went', record('REMOVE', { pk, sk }, message)],
    ['a socket that was written again', record('MODIFY', user('CONN#phone='), row, row)],
    ['a presence that went', record('REMOVE', user('PRESENCE'), { online: true })],
    ['a list of a device', record('REMOVE', user('WATCHING#phone='), { users: [] })],
    [
      'a watcher',
      record('INSERT', { pk: `WATCH#${alice.id}`, sk: `${id(2)}#phone=` }, undefined, { ttl: 1 }),
    ],
    ['a membership', record('MODIFY', user(`CONV#${CONVERSATION}`), { readSeq: 1 }, { readSeq: 2 })],
    ['a place', record('INSERT', user(`INBOX#${NOON}#${CONVERSATION}`), undefined, {})],
    ['a note of the last message', record('INSERT', { pk, sk: 'META' }, undefined, { seq: 1 })],
  ])('of %s has no consequence', (_, one) => {
    expect(readChange(one)).toBeUndefined();
  });
});
