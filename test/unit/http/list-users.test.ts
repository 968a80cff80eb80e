import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/list-users.ts';
import { writeCursor } from '../../../functions/protocol/paging.ts';
import { NOON } from '../support/clock.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { accessToken, publishKeys } from '../support/logged-in.ts';
import { documents } from '../support/mocked-clients.ts';
import { id } from '../support/people.ts';
import { sent } from '../support/table.ts';

const item = (n: number) => ({ sk: `NAME#u${n}`, id: id(n), username: `u${n}` });
const person = (n: number) => ({ id: id(n), username: `u${n}` });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  publishKeys();
  documents
    .on(GetCommand, { Key: { pk: 'DIRECTORY#USERS', sk: 'COUNT' } })
    .resolves({ Item: { entries: 9 } });
  return () => vi.useRealTimers();
});

async function get(queryStringParameters?: Record<string, string>, identity: object = {}) {
  const authorization = `Bearer ${await accessToken(identity)}`;
  const event = httpEvent('GET', '/users/', {
    headers: { host: 'chat.example', authorization },
    ...(queryStringParameters && { queryStringParameters }),
  });
  const reply = await handler(event as never, lambdaContext);
  return { ...reply, body: JSON.parse(reply.body ?? '') };
}
const link = (limit: number, offset: number, username: string, backwards = false) =>
  `https://chat.example/users/?limit=${limit}&offset=${offset}&cursor=${writeCursor({ username, backwards })}`;

describe('the list of users', () => {
  it('is a page with its count, and absolute links to its neighbours', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(3), item(4), item(5)] });
    const { statusCode, body } = await get({
      limit: '2',
      offset: '3',
      cursor: writeCursor({ username: 'u2', backwards: false }),
    });
    expect({ statusCode, body }).toEqual({
      statusCode: 200,
      body: {
        count: 9,
        next: link(2, 5, 'u4'),
        previous: link(2, 1, 'u3', true),
        results: [person(3), person(4)],
      },
    });
  });

  it('has ten users on a page, and no links when one page is enough', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(1)] });
    expect((await get()).body).toEqual({ count: 9, next: null, previous: null, results: [person(1)] });
    expect(documents.commandCalls(QueryCommand)[0]?.args[0].input.Limit).toBe(11);
  });

  it('never links to an offset before the first', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(1), item(2), item(3)] });
    expect((await get({ limit: '2', offset: '1' })).body.previous).toBe(link(2, 0, 'u2', true));
  });

  it('includes staff for staff', async () => {
    await get({}, { staff: true });
    const { input } = documents.commandCalls(QueryCommand)[0]?.args[0] ?? {};
    expect(input?.ExpressionAttributeValues).toMatchObject({ ':pk': 'DIRECTORY#EVERYONE' });
  });

  it.each([
    [{ limit: '0' }, ['limit']],
    [{ offset: '-1' }, ['offset']],
    [{ offset: '1001' }, ['offset']],
    [{ cursor: 'garbage' }, ['cursor']],
  ])('is refused for %j', async (query: Record<string, string>, fields) => {
    const { statusCode, body } = await get(query);
    expect([statusCode, Object.keys(body.errors)]).toEqual([400, fields]);
    expect(sent().filter(([name]) => name === 'QueryCommand')).toEqual([]);
  });
});
