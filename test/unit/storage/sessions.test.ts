import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { publicKeys, sessionCheck, sessionList, sessionStore } from '../../../functions/storage/sessions.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, id } from '../support/people.ts';
import { PHONE } from '../support/sessions.ts';
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
  ...PHONE,
};
const fault = new Error('down');

it('a session is stored with its expiry', async () => {
  const { expiresAt } = next;
  await sessions.create({
    id: id(500),
    ...hashes('#1'),
    ...PHONE,
    userId: alice.id,
    createdAt: NOON,
    expiresAt,
  });
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
          ...PHONE,
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
            'SET rotationHash = :next, replacedHash = :rotation, salt = :salt, rotatedAt = :at, #ttl = :ttl, device = :device, address = :address',
          ConditionExpression:
            'familyHash = :family AND rotationHash = :rotation AND #ttl > :now AND createdAt >= :born',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: {
            ':family': '#family',
            ':rotation': '#1',
            ':next': '#2',
            ':salt': 'salt',
            ':at': NOON,
            ':device': 'Phone/1.0',
            ':address': '192.0.2.1',
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

describe('the list of a user’s sessions', () => {
  const list = sessionList(table);
  const item = (n: number, more = {}) => ({ id: id(n), createdAt: NOON, ttl: NOON_S + 1, ...PHONE, ...more });
  const shown = (n: number) => ({ id: id(n), createdAt: NOON, lastUsedAt: NOON, ...PHONE });

  it('is one strongly consistent query of the user’s partition, and has no hash', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(500, hashes('#1'))] });
    expect(await list.of(alice.id, now)).toEqual([shown(500)]);
    expect(sent()).toMatchObject([
      [
        'QueryCommand',
        {
          TableName: 'parley-test',
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': Key.pk, ':prefix': 'SESSION#' },
          ConsistentRead: true,
        },
      ],
    ]);
  });

  it('leaves out what has expired, though TTL has yet to delete it, and tells the last refresh', async () => {
    const rotatedAt = '2026-11-23T11:59:00.000Z';
    documents.on(QueryCommand).resolves({ Items: [item(500, { ttl: NOON_S }), item(501, { rotatedAt })] });
    expect(await list.of(alice.id, now)).toEqual([{ ...shown(501), lastUsedAt: rotatedAt }]);
  });

  it('is complete even if a query ends early, empty-handed or not', async () => {
    const LastEvaluatedKey = { pk: Key.pk, sk: Key.sk };
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(500)], LastEvaluatedKey })
      .resolvesOnce({ Items: [], LastEvaluatedKey })
      .resolvesOnce({ Items: [item(501)] });
    expect(await list.of(alice.id, now)).toEqual([shown(500), shown(501)]);
    expect(sent()).toHaveLength(3);
    expect(sent().at(-1)?.[1]).toMatchObject({ ExclusiveStartKey: LastEvaluatedKey });
  });

  it('ends a session by one write on condition that it lives', async () => {
    expect(await list.remove(alice.id, id(500), now)).toBe(true);
    expect(sent()).toEqual([
      [
        'DeleteCommand',
        {
          TableName: 'parley-test',
          Key,
          ConditionExpression: '#ttl > :now',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: { ':now': NOON_S },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ],
    ]);
  });

  it('tells that there was nothing to end, unless the answer to a first try was lost', async () => {
    documents
      .on(DeleteCommand)
      .rejectsOnce(conditionFailed())
      .rejectsOnce(conditionFailed(undefined, 2))
      .rejectsOnce(conditionFailed({ ttl: { N: String(NOON_S) } }, 2))
      .rejectsOnce(fault);
    expect(await list.remove(alice.id, id(500), now)).toBe(false);
    expect(await list.remove(alice.id, id(500), now)).toBe(true);
    expect(await list.remove(alice.id, id(500), now)).toBe(false);
    await expect(list.remove(alice.id, id(500), now)).rejects.toBe(fault);
  });

  it('an item of the longest device and address stays within 1 KB, and so within one WRU', async () => {
    const longest = { device: 'x'.repeat(256), address: 'x'.repeat(64) };
    const Item = {
      ...{ ...Key, id: id(500), userId: alice.id, ...longest, createdAt: NOON, rotatedAt: NOON, ttl: NOON_S },
      ...Object.fromEntries(
        ['familyHash', 'rotationHash', 'replacedHash', 'salt'].map((name) => [name, 'x'.repeat(43)]),
      ),
    };
    const bytes = Object.entries(Item).reduce(
      (sum, [name, value]) => sum + name.length + `${value}`.length,
      0,
    );
    expect(bytes).toBeLessThan(1024);
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
