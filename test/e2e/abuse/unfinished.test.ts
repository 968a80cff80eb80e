import { expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { notOurs, ownRuntime } from '../support/own-runtime.ts';
import { type Person, people } from '../support/people.ts';
import { rest } from '../support/rest.ts';
import { HALF_CLOSED, sendUnfinished, UNFINISHED } from './unfinished.ts';

const REQUEST_MS = 1_500;
const IDLE_MS = 2_000;
/** A busy machine looks late whether a request is there. */
const LATE_MS = 4_000;
const MANY = 200;
/** Connections that answers need, of clients and functions, stay open for a while. */
const OF_ANSWERS = 10;

const runtime = ownRuntime({ requestMs: REQUEST_MS, limits: { idleMs: IDLE_MS } });

const openConnections = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

/** Does something, and returns which functions ran. */
async function invokedBy(work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  runtime().resetUsage();
  await work();
  return runtime().usage().invocations;
}

async function mallory(): Promise<Person> {
  const [one] = await people(rest(runtime().url), 1);
  return one;
}

it.skipIf(notOurs)(
  'what is not finished ends in time, and no function hears of it',
  { timeout: 20_000 },
  async () => {
    const { access } = await mallory();
    const before = openConnections();
    const invoked = await invokedBy(async () => {
      const sent = UNFINISHED.map(async (attack) => {
        const { status, milliseconds } = await sendUnfinished(runtime().url, access, attack);
        return { what: attack.what, status, isInTime: milliseconds < REQUEST_MS + LATE_MS };
      });
      const expected = UNFINISHED.map(({ what, status }) => ({ what, status, isInTime: true }));
      expect(await Promise.all(sent)).toEqual(expected);
    });
    expect(invoked).toEqual({});
    await vi.waitFor(() => expect(openConnections()).toBeLessThan(before + OF_ANSWERS));
  },
);

/** AWS does not document whether such a client is answered. Node.js takes its FIN for the end of the connection. */
it.skipIf(notOurs)(
  'a client that has sent a whole request and then FIN is answered or not, and no fault',
  async () => {
    const { access } = await mallory();
    const before = openConnections();
    const { status } = await sendUnfinished(runtime().url, access, HALF_CLOSED);
    expect([0, HALF_CLOSED.status]).toContain(status);
    await vi.waitFor(() => expect(openConnections()).toBeLessThan(before + OF_ANSWERS));
  },
);

it.skipIf(notOurs)(`${MANY} of them at once keep nobody else waiting`, { timeout: 20_000 }, async () => {
  const { access } = await mallory();
  const before = openConnections();
  const kinds = UNFINISHED.filter(({ isHalfClosed }) => !isHalfClosed);
  let left = MANY;
  const sent = Array.from({ length: MANY }, async (_, i) => {
    const { status } = await sendUnfinished(
      runtime().url,
      access,
      kinds[i % kinds.length] as (typeof kinds)[0],
    );
    left -= 1;
    return status;
  });
  const answered: number[] = [];
  const api = rest(runtime().url);
  while (left === MANY) {
    const began = performance.now();
    expect(await api.get('/users/me/', { token: access })).toMatchObject({ status: 200 });
    answered.push(performance.now() - began);
  }
  expect(answered.length).toBeGreaterThan(3);
  expect(Math.max(...answered)).toBeLessThan(REQUEST_MS);
  expect(new Set(await Promise.all(sent))).toEqual(new Set([408]));
  await vi.waitFor(() => expect(openConnections()).toBeLessThan(before + OF_ANSWERS));
});

const openSocket = async (access: string): Promise<WebSocket> => {
  const socket = new WebSocket(`${runtime().url.replace('http', 'ws')}/ws/`, {
    headers: { authorization: `Bearer ${access}` },
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
};

const closeCode = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));

it.skipIf(notOurs)(
  'a message in fragments that never ends is no message, and the socket is idle',
  { timeout: 20_000 },
  async () => {
    const { access } = await mallory();
    const [stopped, dripping] = await Promise.all([openSocket(access), openSocket(access)]);
    const invoked = await invokedBy(async () => {
      stopped.send('{"action":"', { fin: false });
      const drip = setInterval(() => dripping.send(' ', { fin: false }), 100);
      expect(await Promise.all([closeCode(stopped), closeCode(dripping)])).toEqual([1001, 1001]);
      clearInterval(drip);
    });
    expect(Object.keys(invoked)).not.toContain('message');
  },
);

it.skipIf(notOurs)('fragments without end are cut off at the size of a message', async () => {
  const { access } = await mallory();
  const socket = await openSocket(access);
  const invoked = await invokedBy(async () => {
    for (let sent = 0; sent < 6; sent += 1) socket.send('x'.repeat(30_000), { fin: false });
    expect(await closeCode(socket)).toBe(1009);
  });
  expect(Object.keys(invoked)).not.toContain('message');
});

it.skipIf(notOurs)('a socket whose client sends FIN alone is closed, and its $disconnect runs', async () => {
  const { access } = await mallory();
  const socket = await openSocket(access);
  const invoked = await invokedBy(async () => {
    (socket as unknown as { _socket: { end(): void } })._socket.end();
    expect(await closeCode(socket)).toBe(1006);
    await vi.waitFor(() => expect(runtime().usage().invocations).toHaveProperty('disconnect'));
  });
  expect(invoked).not.toHaveProperty('message');
});
