import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { publicKeys, sessionCheck, sessionStore } from '../../../functions/storage/sessions.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, id } from '../support/people.ts';
import { conditionFailed, sent, table } from '../support/table.ts';

const sessions = sessionStore(table);
const now = new Date(NOON);
const NOON_S = now.getTime() / 1000;
const Key = { pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}` };
const claim = { userId: alice.id, sessionId: id(500), familyHash: '#family', rotationHash: '#1' };
const bornSince = new Date('2026-11-01T12:00:00.000Z');
const next = {
  rotationHash: '#2',
  salt: 'salt',
  expiresAt: new Date('2026-11-24T12:00:00.000Z'),
  bornSince,
};
const fault = new Error('down');

it('a session is stored with its expiry', async () => {
  const { expiresAt } = next;
  await sessions.create({ id: id(500), ...hashes('#1'), userId: alice.id, createdAt: NOON, expiresAt });
  expect(sent()).toEqual([
    [
      'PutCommand',
      {
        TableName: 'parley-test',
        Item: {
          ...Key,
          id: id(500),
          userId: alice.id,
          familyHash: '#family',
          rotationHash: '#1',
          createdAt: NOON,
          ttl: NOON_S + 86_400,
        },
      },
    ],
  ]);
});

function hashes(rotationHash: string) {
  return { familyHash: '#family', rotationHash };
}

describe('rotating', () => {
  /** What is stored when the condition fails, in DynamoDB's own notation. */
  const stored = (
    { family = '#family', rotation = '#9', ttl = NOON_S + 1, born = bornSince } = {},
    exchange = {},
  ) =>
    conditionFailed({
      familyHash: { S: family },
      rotationHash: { S: rotation },
      ttl: { N: String(ttl) },
      createdAt: { S: born.toISOString() },
      ...exchange,
    });
  const exchanged = { replacedHash: { S: '#8' }, salt: { S: 'grain' }, rotatedAt: { S: NOON } };

  it('is one conditional write, which returns the stored item if it fails', async () => {
    expect(await sessions.rotate(claim, next, now)).toBe('rotated');
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'parley-test',
          Key,
          UpdateExpression:
            'SET rotationHash = :next, replacedHash = :rotation, salt = :salt, rotatedAt = :at, #ttl = :ttl',
          ConditionExpression:
            'familyHash = :family AND rotationHash = :rotation AND #ttl > :now AND createdAt >= :born',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: {
            ':family': '#family',
            ':rotation': '#1',
            ':next': '#2',
            ':salt': 'salt',
            ':at': NOON,
            ':ttl': NOON_S + 86_400,
            ':now': NOON_S,
            ':born': bornSince.toISOString(),
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ],
    ]);
  });

  it.each([
    ['another rotation of the family', stored({}, exchanged), { replacedHash: '#8', salt: 'grain', at: now }],
    ['the first rotation of the family', stored(), { replacedHash: undefined, salt: '', at: new Date(0) }],
    ['another family', stored({ family: '#other' }), 'unknown'],
    ['the family, expired', stored({ ttl: NOON_S }), 'unknown'],
    ['its own rotation, expired', stored({ rotation: '#1', ttl: NOON_S - 1 }), 'unknown'],
    [
      'its own rotation, too old',
      stored({ rotation: '#1', born: new Date(bornSince.getTime() - 1) }),
      'unknown',
    ],
    ['nothing', conditionFailed(), 'unknown'],
  ])('with %s in the store', async (_, failure, outcome) => {
    documents.on(UpdateCommand).rejects(failure);
    expect(await sessions.rotate(claim, next, now)).toEqual(outcome);
  });

  it('passes every other fault on', async () => {
    documents.on(UpdateCommand).rejects(fault);
    await expect(sessions.rotate(claim, next, now)).rejects.toBe(fault);
  });
});

describe('ending', () => {
  it('deletes the session if the family matches', async () => {
    expect(await sessions.end(claim)).toBe(true);
    expect(sent()).toEqual([
      [
        'DeleteCommand',
        {
          TableName: 'parley-test',
          Key,
          ConditionExpression: 'familyHash = :family',
          ExpressionAttributeValues: { ':family': '#family' },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ],
    ]);
  });

  it('is false when there is nothing to end', async () => {
    documents.on(DeleteCommand).rejects(conditionFailed());
    expect(await sessions.end(claim)).toBe(false);
  });

  it('is true when the answer to the first try was lost, but not for another family', async () => {
    documents
      .on(DeleteCommand)
      .rejectsOnce(conditionFailed(undefined, 2))
      .rejectsOnce(conditionFailed({ familyHash: { S: '#other' } }, 2));
    expect(await sessions.end(claim)).toBe(true);
    expect(await sessions.end(claim)).toBe(false);
  });

  it('passes every other fault on', async () => {
    documents.on(DeleteCommand).rejects(fault);
    await expect(sessions.end(claim)).rejects.toBe(fault);
  });
});

describe('a session check', () => {
  const check = sessionCheck(table, { consistent: true });

  it.each([true, false])('is a read whose strong consistency is %j', async (consistent) => {
    await sessionCheck(table, { consistent }).isLive(alice.id, id(500), now);
    expect(sent()).toEqual([['GetCommand', { TableName: 'parley-test', Key, ConsistentRead: consistent }]]);
  });

  it.each([
    ['there', { ttl: NOON_S + 1 }, true],
    ['expired, though TTL has yet to delete it', { ttl: NOON_S }, false],
    ['gone', undefined, false],
  ])('when it is %s', async (_, Item, isLive) => {
    documents.on(GetCommand).resolves(Item ? { Item } : {});
    expect(await check.isLive(alice.id, id(500), now)).toBe(isLive);
  });
});

const published = publicKeys(table);
const KEY_SET = { pk: 'KEYS', sk: 'JWKS' };
const keys = [{ kty: 'OKP', kid: 'a' }];

it('the public keys are one item, and the read is strongly consistent', async () => {
  documents.on(GetCommand).resolves({ Item: { ...KEY_SET, keys } });
  expect(await published.read()).toEqual(keys);
  expect(sent()).toEqual([['GetCommand', { TableName: 'parley-test', Key: KEY_SET, ConsistentRead: true }]]);
});

it('the public keys are empty before the first login', async () => {
  expect(await published.read()).toEqual([]);
});

it('the public keys are written as one item', async () => {
  await published.write(keys);
  expect(sent()).toEqual([['PutCommand', { TableName: 'parley-test', Item: { ...KEY_SET, keys } }]]);
});
