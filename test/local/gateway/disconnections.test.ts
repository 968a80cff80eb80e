import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { disconnections, type OpenSockets, openSockets } from '../../../local/gateway/disconnections.ts';
import type { Invoker } from '../../../local/invoker.ts';
import { open, refusal, type SocketEvent, serveWebSocketApi, specOf } from './sockets.ts';

describe('sockets that were open when the runtime was killed', () => {
  let folder: string;
  const files: OpenSockets[] = [];
  /** Opens the file as the next process does. Earlier handles stay open, as nothing is closed in order by `kill -9`. */
  const nextRun = () => {
    const sockets = openSockets(join(folder, 'sockets.sqlite'));
    files.push(sockets);
    return sockets;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-sockets-'));
  });
  afterEach(() => {
    for (const file of files.splice(0)) file.close();
    rmSync(folder, { recursive: true });
  });

  const authorize = ({ methodArn }: { methodArn: string }) => ({
    principalId: 'ada',
    policyDocument: { Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }] },
    context: { userId: 'ada', isNew: true },
  });
  const never = () => new Promise(() => {});

  /** The events of $disconnect that the next run sends. */
  async function toldByNextRun(): Promise<SocketEvent[]> {
    const events: SocketEvent[] = [];
    const { api } = await serveWebSocketApi(
      {
        disconnect: (event: SocketEvent) => {
          events.push(event);
          return { statusCode: 200 };
        },
      },
      { open: nextRun() },
    );
    const left = nextRun().left().length;
    api.announceLeft();
    await vi.waitFor(() => expect(events).toHaveLength(left));
    await vi.waitFor(() => expect(nextRun().left()).toEqual([]));
    return events;
  }

  it('get one $disconnect event from the next run, with code 1006', async () => {
    const lost: SocketEvent[] = [];
    const connect = vi.fn((_event: SocketEvent) => ({ statusCode: 200 }));
    const disconnect = (event: SocketEvent) => {
      lost.push(event);
      return never();
    };
    const { url } = await serveWebSocketApi({ authorize, connect, disconnect }, { open: nextRun() });
    const client = await open(url, [], { headers: { 'User-Agent': 'test' } });
    client.socket.terminate();
    await vi.waitFor(() => expect(lost).toHaveLength(1));

    const events = await toldByNextRun();
    const [first] = lost as unknown as [{ requestContext: Record<string, unknown> }];
    const { requestId, extendedRequestId, requestTime, requestTimeEpoch, ...context } = first.requestContext;
    expect(context).toMatchObject({
      authorizer: { userId: 'ada', isNew: 'true', principalId: 'ada' },
      disconnectStatusCode: 1006,
    });
    expect(events).toEqual([
      {
        ...first,
        requestContext: {
          ...context,
          requestId: expect.not.stringMatching(String(requestId)),
          extendedRequestId: expect.any(String),
          requestTime: expect.any(String),
          requestTimeEpoch: expect.toSatisfy((time: number) => time >= (requestTimeEpoch as number)),
        },
      },
    ]);
    expect(await toldByNextRun()).toEqual([]);
  });

  it('get the event even if they were idle, or if their $connect function was running', async () => {
    let isSlow = false;
    const connect = vi.fn((_event: SocketEvent) => (isSlow ? never() : { statusCode: 200 }));
    const { url } = await serveWebSocketApi({ connect }, { open: nextRun() });
    await open(url);
    isSlow = true;
    open(url).catch(() => {});
    await vi.waitFor(() => expect(connect).toHaveBeenCalledTimes(2));
    const ids = connect.mock.calls.map(([event]) => event.requestContext.connectionId);
    expect(
      nextRun()
        .left()
        .map(({ connectionId }) => connectionId)
        .toSorted(),
    ).toEqual(ids.toSorted());
    expect(
      (await toldByNextRun()).map(({ requestContext }) => requestContext.connectionId).toSorted(),
    ).toEqual(ids.toSorted());
  });

  it('do not include sockets that were refused or closed normally', async () => {
    const refusing = await serveWebSocketApi({ connect: () => ({ statusCode: 403 }) }, { open: nextRun() });
    expect(await refusal(refusing.url)).toBe(403);
    const { url } = await serveWebSocketApi({}, { open: nextRun() });
    const client = await open(url);
    expect(nextRun().left()).toHaveLength(1);
    client.socket.close();
    await client.closed;
    await vi.waitFor(() => expect(nextRun().left()).toEqual([]));
  });

  it('get the event only once from the next run, even if the function fails', async () => {
    const disconnect = () => {
      throw new Error('out of order');
    };
    const { url } = await serveWebSocketApi({ disconnect }, { open: nextRun() });
    const client = await open(url);
    client.socket.terminate();
    const again = await serveWebSocketApi({ disconnect }, { open: nextRun() });
    expect(nextRun().left()).toHaveLength(1);
    again.api.announceLeft();
    await vi.waitFor(() => expect(nextRun().left()).toEqual([]));
  });

  it('are not stored while the disk refuses, and the runtime goes on', async () => {
    const file = join(folder, 'sockets.sqlite');
    const problems: string[] = [];
    const sockets = openSockets(file, (problem) => problems.push(problem));
    files.push(sockets);
    const { url } = await serveWebSocketApi(
      { authorize, connect: () => ({ statusCode: 200 }) },
      { open: sockets },
    );
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const client = await open(url);
    client.socket.terminate();
    sockets.remove('any');
    other.close();
    expect(new Set(problems)).toEqual(new Set(['cannot store which sockets are open: database is locked']));
    expect(nextRun().left()).toEqual([]);
  });
});

it('$disconnect is not given up when many wait: it also works after the time that a message may take', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const invoker: Invoker = {
    async invoke(_functionName, _event, given) {
      signals.push(given);
      return { ok: true, value: null };
    },
  };
  const spec = specOf({});
  const client = {
    connectionId: 'a',
    connectedAt: new Date(),
    identity: { sourceIp: '' },
    domainName: '',
    authorizer: undefined,
  };
  const removed: string[] = [];
  const gone = disconnections({ remove: (id) => removed.push(id) });
  gone.announce(client, 1006, '', { spec, invoker });
  await gone.settled();
  expect({ signals, removed }).toEqual({ signals: [undefined], removed: ['a'] });
});
