import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type Assumption, assumptions } from '../../local/assumptions.ts';
import { tableAccesses } from '../../local/aws/table-accesses.ts';
import { readCommand } from '../../local/command-line.ts';
import { compileRoutes } from '../../local/gateway/http-routes.ts';
import { open, type SocketEvent, serveWebSocketApi } from './gateway/sockets.ts';

const local = join(import.meta.dirname, '../../local');
const assuming = (...names: Assumption[]) => ({ assumed: new Set(names) });

describe('--assume', () => {
  it('takes the names of assumptions, as often as it is given', () => {
    expect(readCommand(['--assume', 'disconnect-late', '--assume', 'stream-twice'], {}).assume).toEqual([
      'disconnect-late',
      'stream-twice',
    ]);
  });

  it('refuses any other name, with the list', () => {
    expect(() => readCommand(['--assume', 'toString'], {})).toThrow(
      `--assume must be one of ${Object.keys(assumptions).join(', ')}, not "toString"`,
    );
  });
});

it('each assumption is read in one place', () => {
  const sources = globSync('**/*.ts', { cwd: local, exclude: ['node_modules/**', 'assumptions.ts'] })
    .map((file) => readFileSync(join(local, file), 'utf8'))
    .join('\n');
  const read = [...sources.matchAll(/assumed\.has\('([\w-]+)'\)/g)].map(([, name]) => name);
  expect(read.sort()).toEqual(Object.keys(assumptions).sort());
});

it('empty-context-dropped: the functions get no empty value of the context', async () => {
  const seen: unknown[] = [];
  const { url } = await serveWebSocketApi(
    {
      authorize: ({ methodArn }: { methodArn: string }) => ({
        principalId: 'ada',
        policyDocument: {
          Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
        },
        context: { peer: '', one: 1 },
      }),
      connect: ({ requestContext }: SocketEvent) => {
        seen.push(requestContext.authorizer);
        return { statusCode: 200 };
      },
    },
    assuming('empty-context-dropped'),
  );
  await open(url);
  expect(seen).toEqual([{ principalId: 'ada', one: '1' }]);
});

it('greedy-needs-rest: a greedy variable does not match an empty rest', () => {
  const match = compileRoutes([{ key: 'GET /x/{rest+}' }], new Set(['greedy-needs-rest']));
  expect([match('GET', '/x/'), match('GET', '/x/1')?.pathParameters]).toEqual([undefined, { rest: '1' }]);
});

it('empty-segment-matches: a variable matches an empty segment, before a greedy one', () => {
  const routes = [{ key: 'GET /x/{rest+}' }, { key: 'GET /x/{id}' }];
  const match = compileRoutes(routes, new Set(['empty-segment-matches']));
  expect(match('GET', '/x/')?.pathParameters).toEqual({ id: '' });
});

it('no-forwarded-host: the functions do not get the header', async () => {
  const seen: (string | undefined)[] = [];
  const connect = ({ headers }: SocketEvent) => {
    seen.push(...Object.keys(headers).filter((name) => /host/i.test(name)));
    return { statusCode: 200 };
  };
  const { url } = await serveWebSocketApi({ connect }, assuming('no-forwarded-host'));
  await open(url, [], { headers: { 'X-Forwarded-Host': 'chat.example', 'X-Viewer-Host': 'chat.example' } });
  expect(seen.sort()).toEqual(['Host', 'X-Viewer-Host']);
});

it('no-leading-keys-in-transactions: the requests of a transaction have no keys', () => {
  const item = { TableName: 'chat', Item: { pk: { S: 'A' } } };
  const put = { action: 'dynamodb:PutItem', resource: expect.stringContaining('table/chat') };
  const assumed = new Set(['no-leading-keys-in-transactions'] as const);
  const transaction = { TransactItems: [{ Put: item }] };
  expect(tableAccesses('TransactWriteItems', transaction, 'pk', assumed)).toEqual([
    { ...put, leadingKeys: [] },
  ]);
  expect(tableAccesses('PutItem', item, 'pk', assumed)).toEqual([{ ...put, leadingKeys: ['A'] }]);
});

it('connect-by-frame: a frame runs the function of the route that it names', async () => {
  const disconnect = vi.fn((_event: SocketEvent) => ({ statusCode: 200 }));
  const { url } = await serveWebSocketApi({ disconnect }, assuming('connect-by-frame'));
  const { socket } = await open(url);
  socket.send('{"action":"$disconnect"}');
  await vi.waitFor(() => expect(disconnect).toHaveBeenCalledOnce());
  expect(disconnect.mock.calls[0]?.[0].requestContext).toMatchObject({
    eventType: 'MESSAGE',
    routeKey: '$disconnect',
  });
});

it('frames-in-turn: a frame waits for the answer to the one before it', async () => {
  const order: string[] = [];
  const message = async ({ body }: { body: string }) => {
    order.push(`begin ${body}`);
    await delay(20);
    order.push(`end ${body}`);
    return { statusCode: 200, body };
  };
  const { url } = await serveWebSocketApi({ message }, assuming('frames-in-turn'));
  const { socket, next } = await open(url);
  for (const text of ['1', '2']) socket.send(text);
  await next();
  await next();
  expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
});

describe('$disconnect', () => {
  /** What the functions get after a client sends a frame and closes its socket. */
  async function seenWith(name: Assumption, ms: number): Promise<string[]> {
    const seen: string[] = [];
    const record = ({ requestContext }: SocketEvent) => {
      seen.push(requestContext.eventType);
      return { statusCode: 200 };
    };
    const { url } = await serveWebSocketApi({ message: record, disconnect: record }, assuming(name));
    const { socket, closed } = await open(url);
    socket.send('{}');
    socket.close();
    await closed;
    await delay(ms);
    return seen;
  }

  it('disconnect-never: does not come', async () => {
    expect(await seenWith('disconnect-never', 100)).toEqual(['MESSAGE']);
  });

  it('disconnect-late: comes 3 seconds after the end', async () => {
    expect(await seenWith('disconnect-late', 2_000)).toEqual(['MESSAGE']);
    expect(await seenWith('disconnect-late', 3_200)).toEqual(['MESSAGE', 'DISCONNECT']);
  });

  it('disconnect-early: comes before the last frame', async () => {
    expect(await seenWith('disconnect-early', 500)).toEqual(['DISCONNECT', 'MESSAGE']);
  });
});

describe('@connections', () => {
  async function postsTo(name: Assumption) {
    const ids: string[] = [];
    const connect = ({ requestContext }: SocketEvent) => {
      ids.push(requestContext.connectionId);
      return { statusCode: 200 };
    };
    const { url, connections } = await serveWebSocketApi({ connect }, assuming(name));
    await open(url);
    return async () => {
      const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=test' };
      const { status } = await fetch(`${connections}/${ids[0]}`, { method: 'POST', headers, body: '{}' });
      return status;
    };
  }

  it('gone-at-first: answers 410 until the socket is 10 seconds old', async () => {
    const post = await postsTo('gone-at-first');
    expect(await post()).toBe(410);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 });
    expect(await post()).toBe(200);
    vi.useRealTimers();
  });

  it('limit-exceeded: answers 429 to every third post', async () => {
    const post = await postsTo('limit-exceeded');
    const answers: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) answers.push(await post());
    expect(answers).toEqual([200, 200, 429, 200, 200, 429]);
  });
});
