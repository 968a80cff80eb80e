import { afterEach, beforeEach, vi } from 'vitest';
import type { PageEvent } from '../../client/connection/wake-ups.ts';
import { type Client, type ClientOptions, createClient } from '../../client/index.ts';
import type { FakeServer } from './fake-server.ts';

const clients: Client[] = [];

/** Time passes only when a test moves the clock. */
export function fakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-11-23T09:00:00.000Z') });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    vi.useRealTimers();
  });
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A client of the fake server, and its page events. */
export function clientOf(server: FakeServer, options: Partial<ClientOptions> = {}) {
  const page: { wake: (event?: PageEvent) => void } = { wake: () => {} };
  const client = createClient({
    baseUrl: 'https://chat.example',
    fetch: server.fetch,
    WebSocket: server.WebSocket,
    random: () => 0.5,
    wakeUps: (wake) => {
      page.wake = wake;
      return () => {};
    },
    ...options,
  });
  clients.push(client);
  return { client, page };
}

/** A client that is logged in and online. */
export async function online(server: FakeServer, options: Partial<ClientOptions> = {}) {
  const given = clientOf(server, options);
  const loggedIn = given.client.logIn({ email: 'ada@example.com', password: 'x' });
  await pass(100);
  await loggedIn;
  return given;
}

/** Lets time pass while a promise is awaited. */
export async function during<T>(work: Promise<T>, ms = 100): Promise<T> {
  work.catch(() => undefined);
  await pass(ms);
  return work;
}

export const texts = (messages: readonly { readonly text: string }[]) => messages.map(({ text }) => text);
