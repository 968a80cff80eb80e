import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { readChange } from '../../../functions/storage/stream-record.ts';
import { alice, id } from '../support/people.ts';

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

describe('a record of the stream', () => {
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
