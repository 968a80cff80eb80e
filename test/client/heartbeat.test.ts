import { describe, expect, it, vi } from 'vitest';
import { pageWakeUps } from '../../client/connection/wake-ups.ts';
import { fakeServer } from './fake-server.ts';
import { fakeClock, online, pass } from './support.ts';

fakeClock();

const SECOND = 1000;
const MINUTE = 60_000;

type Server = ReturnType<typeof fakeServer>;

/** Online, with the first syncs done. Counts the pings and syncs since then. */
async function quiet(server: Server) {
  server.lifetime = 86_400;
  const given = await online(server);
  await pass(31 * SECOND);
  const before = { pings: server.sent('ping').length, syncs: server.sent('sync').length };
  const asked = () => ({
    pings: server.sent('ping').length - before.pings,
    syncs: server.sent('sync').length - before.syncs,
  });
  return { ...given, asked };
}

describe('a silent connection', () => {
  it('is pinged every 10 s while the page is in use, without a sync', async () => {
    const { page, asked } = await quiet(fakeServer());
    for (let i = 0; i < 20; i += 1) {
      page.wake('used');
      await pass(30 * SECOND);
    }
    expect(asked().pings).toBeGreaterThan(55);
    expect(asked().pings).toBeLessThanOrEqual(60);
    expect(asked().syncs).toBe(0);
  });

  it('is not pinged from a minute after the last use of the page', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('used');
    await pass(MINUTE);
    const { pings } = asked();
    expect(pings).toBeLessThanOrEqual(6);
    await pass(7 * MINUTE);
    expect(asked().pings).toBe(pings);
  });

  it('is not pinged while frames come', async () => {
    const server = fakeServer();
    const { page, asked } = await quiet(server);
    for (let i = 0; i < 20; i += 1) {
      page.wake('used');
      await pass(5 * SECOND);
      server.say('still here');
    }
    expect(asked().pings).toBe(0);
  });

  it('is not pinged once the page is hidden', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('used');
    page.wake('hidden');
    await pass(8 * MINUTE);
    expect(asked()).toEqual({ pings: 0, syncs: 0 });
    await pass(MINUTE);
    expect(asked(), 'but for the keep-alive').toEqual({ pings: 1, syncs: 1 });
  });

  it('is pinged at once when somebody uses the page again', async () => {
    const { page, asked } = await quiet(fakeServer());
    await pass(5 * MINUTE);
    for (const _ of [1, 2, 3]) page.wake('used');
    expect(asked()).toEqual({ pings: 1, syncs: 0 });
    await pass(100);
    expect(asked()).toEqual({ pings: 1, syncs: 0 });
  });

  it.each([
    ['is in use', ['used' as const], 14_900],
    ['is touched after minutes', [], 5 * MINUTE],
  ])('that is dead is replaced within 15 s when the page %s', async (_when, before, ms) => {
    let isDead = false;
    const server = fakeServer({ reply: () => (isDead ? 'lost' : 1) });
    const { client, page } = await quiet(server);
    isDead = true;
    for (const event of before) page.wake(event);
    await pass(ms);
    if (before.length === 0) {
      expect(server.sockets).toHaveLength(1);
      page.wake('used');
      await pass(4900);
    }
    isDead = false;
    await pass(500);
    expect([server.sockets.length, server.open().length]).toEqual([2, 1]);
    expect(client.connection.value).toBe('online');
  });
});

describe('a page', () => {
  it('that is shown after a moment sends a ping, and after a minute also a sync', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('hidden');
    await pass(20 * SECOND);
    page.wake('shown');
    await pass(100);
    expect(asked()).toEqual({ pings: 1, syncs: 0 });
    page.wake('hidden');
    await pass(MINUTE);
    page.wake('shown');
    await pass(100);
    expect(asked()).toEqual({ pings: 2, syncs: 1 });
  });

  it('that comes back with several events sends one ping', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('hidden');
    await pass(2 * MINUTE);
    for (const event of ['shown', 'used', 'online', 'shown', undefined] as const) page.wake(event);
    await pass(100);
    expect(asked()).toEqual({ pings: 1, syncs: 1 });
  });

  it('whose device slept sends a sync', async () => {
    const server = fakeServer();
    const { page, asked } = await quiet(server);
    // The timers stood still, the clock did not.
    vi.setSystemTime(Date.now() + 60 * MINUTE);
    page.wake('used');
    await pass(100);
    expect(asked()).toEqual({ pings: 1, syncs: 1 });
  });

  it('whose clock was set back still sends pings', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('used');
    vi.setSystemTime(Date.now() - 60 * MINUTE);
    page.wake('used');
    expect(asked().pings).toBe(1);
    await pass(30 * SECOND);
    expect(asked().pings).toBeGreaterThan(2);
    expect(asked().pings).toBeLessThan(6);
  });

  it('that goes offline gives up a dead connection within 5 s', async () => {
    let isUp = true;
    const server = fakeServer({
      reply: () => (isUp ? 1 : 'lost'),
      handshake: () => (isUp ? 'open' : 'refuse'),
    });
    const { client, page } = await quiet(server);
    isUp = false;
    page.wake('offline');
    await pass(5100);
    expect(client.connection.value).not.toBe('online');
  });

  it('that only seemed to be offline keeps its connection', async () => {
    const server = fakeServer();
    const { client, page, asked } = await quiet(server);
    page.wake('offline');
    await pass(6000);
    expect([client.connection.value, server.sockets.length]).toEqual(['online', 1]);
    expect(asked()).toEqual({ pings: 1, syncs: 0 });
  });

  it('that is online again restarts an attempt that began on the previous network', async () => {
    let isHanging = false;
    const server = fakeServer({ handshake: () => (isHanging ? 'hang' : 'open') });
    const { client, page } = await quiet(server);
    isHanging = true;
    server.last().cut();
    await pass(1000);
    expect(client.connection.value).toBe('connecting');
    isHanging = false;
    page.wake('shown');
    await pass(20);
    expect(client.connection.value, 'a page that is shown says nothing of the network').toBe('connecting');
    page.wake('online');
    await pass(20);
    expect(client.connection.value).toBe('online');
    expect(server.open()).toHaveLength(1);
  });

  it('that is online again still renews its connection', async () => {
    let isHanging = false;
    const server = fakeServer({ handshake: () => (isHanging ? 'hang' : 'open') });
    const { page } = await online(server, { limits: { connectionMs: 60_000 } });
    isHanging = true;
    // With 0.5 as random, the next socket opens after 54 s.
    await pass(55_000);
    expect(server.sockets).toHaveLength(2);
    isHanging = false;
    page.wake('online');
    await pass(100);
    expect(server.open()).toEqual([server.last()]);
  });
});

it('a pong that says the server had lost the socket causes a sync', async () => {
  const server = fakeServer({
    reply: ({ action }) => (action === 'ping' ? { error: { type: 'pong', time: '', restored: true } } : 1),
  });
  const { client, page, asked } = await quiet(server);
  client.presence.watch(['somebody']);
  await pass(11 * SECOND);
  page.wake('used');
  await pass(100);
  expect(asked()).toEqual({ pings: 1, syncs: 1 });
  expect(server.sent('presence.watch')).toHaveLength(2);
});

describe('page events', () => {
  /** The part of a window that matters. */
  function stubPage() {
    const listeners = new Map<string, Set<(event: object) => void>>();
    const target = {
      addEventListener: (type: string, listener: (event: object) => void) => {
        listeners.set(type, (listeners.get(type) ?? new Set()).add(listener));
      },
      removeEventListener: (type: string, listener: (event: object) => void) => {
        listeners.get(type)?.delete(listener);
      },
    };
    const document = { ...target, visibilityState: 'visible' };
    for (const [name, value] of Object.entries({ ...target, document })) vi.stubGlobal(name, value);
    const fire = (type: string, event = {}) => {
      for (const listener of listeners.get(type) ?? []) listener(event);
    };
    const count = () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0);
    return { document, fire, count };
  }

  it('are reported while the connection is on, and leave no listener', () => {
    const { document, fire, count } = stubPage();
    try {
      const told: unknown[] = [];
      const end = pageWakeUps((event) => told.push(event));
      for (const type of ['online', 'offline', 'pointerdown', 'keydown', 'wheel', 'focus']) fire(type);
      fire('pageshow', { persisted: false });
      fire('pageshow', { persisted: true });
      document.visibilityState = 'hidden';
      fire('visibilitychange');
      fire('keydown');
      document.visibilityState = 'visible';
      fire('visibilitychange');
      expect(told).toEqual([
        'online',
        'offline',
        'used',
        'used',
        'used',
        'used',
        // Not after the load: the attempt that began then goes on.
        'shown',
        'hidden',
        'shown',
      ]);
      end();
      expect(count()).toBe(0);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('do not exist in Node', () => {
    expect(() => pageWakeUps(() => undefined)()).not.toThrow();
  });
});
