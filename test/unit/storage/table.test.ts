import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../../functions/core/errors.ts';
import { sessionStore } from '../../../functions/storage/sessions.ts';
import { openTable, tableWith } from '../../../functions/storage/table.ts';
import { NOON } from '../support/clock.ts';
import { serve } from '../support/http-server.ts';
import { useRealClients } from '../support/mocked-clients.ts';
import { alice, id } from '../support/people.ts';
import { PHONE } from '../support/sessions.ts';

const chance = { wait: async () => {}, random: () => 0.5 };
const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };

/** A table whose store answers every request with this, over HTTP. */
async function tableAnswering(status: number, body: object) {
  const endpoint = await serve((_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  return tableAt(endpoint);
}

function tableAt(endpoint: string) {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  return tableWith(DynamoDBDocumentClient.from(client), 'parley-test', chance);
}

const typed = (name: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name });
const get = new GetCommand({ TableName: 'parley-test', Key: { pk: 'a', sk: 'b' } });

beforeEach(useRealClients);

describe('a fault of the store becomes Unavailable', () => {
  it.each([
    [400, 'ThrottlingException'],
    [400, 'ProvisionedThroughputExceededException'],
    [400, 'RequestLimitExceeded'],
    [400, 'TransactionInProgressException'],
    [400, 'TransactionConflictException'],
    [500, 'InternalServerError'],
    [503, 'ServiceUnavailable'],
    [502, 'SomethingElse'],
  ])('%d %s', async (status, name) => {
    const { client } = await tableAnswering(status, typed(name));
    const error = await client.send(get).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(Unavailable);
    expect((error as Unavailable).cause).toMatchObject({ name });
  });

  it('when no server listens', async () => {
    const { client } = tableAt('http://127.0.0.1:1');
    await expect(client.send(get)).rejects.toBeInstanceOf(Unavailable);
  });

  it.each(['ETIMEDOUT', 'EAI_AGAIN', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH'])(
    'when the network says %s',
    async (code) => {
      const client = new DynamoDBClient({
        region: 'us-east-1',
        credentials,
        maxAttempts: 1,
        requestHandler: { handle: () => Promise.reject(Object.assign(new Error(code), { code })) },
      });
      const { client: documents } = tableWith(DynamoDBDocumentClient.from(client), 'parley-test', chance);
      await expect(documents.send(get)).rejects.toBeInstanceOf(Unavailable);
    },
  );

  it('when the connection breaks', async () => {
    const { client } = tableAt(await serve((request) => void request.socket.destroy()));
    await expect(client.send(get)).rejects.toBeInstanceOf(Unavailable);
  });
});

describe('a fault of the request stays unchanged', () => {
  it.each([
    [400, 'ValidationException'],
    [400, 'ConditionalCheckFailedException'],
    [400, 'AccessDeniedException'],
    [400, 'ResourceNotFoundException'],
  ])('%d %s', async (status, name) => {
    const { client } = await tableAnswering(status, typed(name));
    const error = await client.send(get).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ name });
    expect(error).not.toBeInstanceOf(Unavailable);
  });
});

describe('an opened table', () => {
  afterEach(() => vi.unstubAllEnvs());

  function open(endpoint: string) {
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', endpoint);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
    return openTable('parley-test', chance).client;
  }

  it('uses the endpoint in the variable of the SDK', async () => {
    const endpoint = await serve((_, response) => void response.end('{"Item": {"pk": {"S": "a"}}}'));
    expect((await open(endpoint).send(get)).Item).toEqual({ pk: 'a' });
  });

  it('tries three times before it is unavailable', async () => {
    let tries = 0;
    const endpoint = await serve((_, response) => {
      tries += 1;
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(typed('ThrottlingException')));
    });
    await expect(open(endpoint).send(get)).rejects.toBeInstanceOf(Unavailable);
    expect(tries).toBe(3);
  });

  it('leaves out undefined attributes', async () => {
    const bodies: string[] = [];
    const endpoint = await serve((_, response, body) => {
      bodies.push(body);
      response.end('{}');
    });
    await open(endpoint).send(new PutCommand({ TableName: 'parley-test', Item: { pk: 'a', sk: undefined } }));
    expect(JSON.parse(bodies[0] ?? '')).toEqual({ TableName: 'parley-test', Item: { pk: { S: 'a' } } });
  });
});

it('a failed condition returns the stored item', async () => {
  const Item = {
    familyHash: { S: '#family' },
    rotationHash: { S: '#9' },
    replacedHash: { S: '#1' },
    salt: { S: 'grain' },
    rotatedAt: { S: NOON },
    createdAt: { S: NOON },
    ttl: { N: '9999999999' },
  };
  const sessions = sessionStore(
    await tableAnswering(400, { ...typed('ConditionalCheckFailedException'), Item }),
  );
  const claim = { userId: alice.id, sessionId: id(500), familyHash: '#family', rotationHash: '#1' };
  const next = {
    rotationHash: '#2',
    salt: 'salt',
    expiresAt: new Date(NOON),
    bornSince: new Date(0),
    ...PHONE,
  };
  const exchange = { replacedHash: '#1', salt: 'grain', at: new Date(NOON) };
  expect(await sessions.rotate(claim, next, new Date(NOON))).toEqual(exchange);
});
