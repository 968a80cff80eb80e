import { describe, expect, it, vi } from 'vitest';
import { pageWakeUps } from '../../client/connection/wake-ups.ts';
import { fakeServer } from './fake-server.ts';
import { fakeClock, online, pass } from './support.ts';

fakeClock();

const SECOND = 1000;
const MINUTE = 60_000;

type Server = ReturnType<typeof fakeServer>;

/** Online for so long that nothing of the beginning is missing; asked are the pings and syncs since. */
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

describe('a line that says nothing', () => {
  it('is asked every 10 s while the page is in use, and nothing is synced for it', async () => {
    const { page, asked } = await quiet(fakeServer());
    for (let i = 0; i < 20; i += 1) {
      page.wake('used');
      await pass(30 * SECOND);
    }
    expect(asked().pings).toBeGreaterThan(55);
    expect(asked().pings).toBeLessThanOrEqual(60);
    expect(asked().syncs).toBe(0);
  });

  it('is left alone a minute after the page was last touched', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('used');
    await pass(MINUTE);
    const { pings } = asked();
    expect(pings).toBeLessThanOrEqual(6);
    await pass(7 * MINUTE);
    expect(asked().pings).toBe(pings);
  });

  it('is left alone while frames come', async () => {
    const server = fakeServer();
    const { page, asked } = await quiet(server);
    for (let i = 0; i < 20; i += 1) {
      page.wake('used');
      await pass(5 * SECOND);
      server.say('still here');
    }
    expect(asked().pings).toBe(0);
  });

  it('is left alone as soon as the page is hidden', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('used');
    page.wake('hidden');
    await pass(8 * MINUTE);
    expect(asked()).toEqual({ pings: 0, syncs: 0 });
    await pass(MINUTE);
    expect(asked(), 'but for the keep-alive').toEqual({ pings: 1, syncs: 1 });
  });

  it('is asked at once when somebody touches the page again', async () => {
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
  ])('and is dead is replaced within 15 s when the page %s', async (_when, before, ms) => {
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

describe('the page', () => {
  it('that is shown after a moment asks whether the line lives, after a minute also what was missed', async () => {
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

  it('that comes back with several events at once asks once', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('hidden');
    await pass(2 * MINUTE);
    for (const event of ['shown', 'used', 'online', 'shown', undefined] as const) page.wake(event);
    await pass(100);
    expect(asked()).toEqual({ pings: 1, syncs: 1 });
  });

  it('whose device slept asks what it missed', async () => {
    const server = fakeServer();
    const { page, asked } = await quiet(server);
    // Its timers stood still, its clock did not.
    vi.setSystemTime(Date.now() + 60 * MINUTE);
    page.wake('used');
    await pass(100);
    expect(asked()).toEqual({ pings: 1, syncs: 1 });
  });

  it('whose clock was set back is not deaf', async () => {
    const { page, asked } = await quiet(fakeServer());
    page.wake('used');
    vi.setSystemTime(Date.now() - 60 * MINUTE);
    page.wake('used');
    expect(asked().pings).toBe(1);
    await pass(30 * SECOND);
    expect(asked().pings).toBeGreaterThan(2);
    expect(asked().pings).toBeLessThan(6);
  });

  it('that goes offline gives a dead line up within 5 s', async () => {
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

  it('that only seemed to be offline keeps its line', async () => {
    const server = fakeServer();
    const { client, page, asked } = await quiet(server);
    page.wake('offline');
    await pass(6000);
    expect([client.connection.value, server.sockets.length]).toEqual(['online', 1]);
    expect(asked()).toEqual({ pings: 1, syncs: 0 });
  });

  it('that is online again begins a connection anew that still waits for the network that was', async () => {
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

  it('that is online again still renews its line', async () => {
    let isHanging = false;
    const server = fakeServer({ handshake: () => (isHanging ? 'hang' : 'open') });
    const { page } = await online(server, { limits: { connectionMs: 60_000 } });
    isHanging = true;
    // Renewed after 54 s, with 0.5 for random.
    await pass(55_000);
    expect(server.sockets).toHaveLength(2);
    isHanging = false;
    page.wake('online');
    await pass(100);
    expect(server.open()).toEqual([server.last()]);
  });
});

it('what a line missed that the server had lost for a while is asked for', async () => {
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

describe('the events of a page', () => {
  /** As much of a window as matters. */
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

  it('become what concerns the line, and none is listened to afterwards', () => {
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
        // Not when it has loaded: the connection that it began then goes on.
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

  it('are none in Node', () => {
    expect(() => pageWakeUps(() => undefined)()).not.toThrow();
  });
});
