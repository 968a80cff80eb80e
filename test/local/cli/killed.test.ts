import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Started, start } from './command.ts';

const running: Started[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function run(folder: string): Promise<{ url: string; started: Started }> {
  const started = start([], { PORT: '0', STATE_FOLDER: folder });
  running.push(started);
  const url = /http:\S+?(?=\/ )/.exec(await started.line(/ready/))?.[0] ?? '';
  return { url, started };
}

async function json(url: string, init: RequestInit = {}): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', ...init.headers };
  return (await (await fetch(url, { ...init, headers })).json()) as Record<string, string>;
}

const password = 'an engine weaves';

async function person(url: string, username: string) {
  const email = `${username}@example.com`;
  const names = { username, email, first_name: 'A', last_name: 'B' };
  const post = (path: string, body: object) =>
    json(`${url}/users/${path}/`, { method: 'POST', body: JSON.stringify(body) });
  const { id } = await post('register', { ...names, password, password2: password });
  const { access } = await post('token', { email, password });
  return { id, headers: { authorization: `Bearer ${access}` } };
}

describe('a user who was online when the runtime ended', () => {
  it.each([
    ['SIGKILL', 'is offline soon after the next start, with the time of the $disconnect as last seen'],
    ['SIGTERM', 'is offline at the next start, with the end of the runtime as last seen'],
  ] as const)('after %s %s', { timeout: 120_000 }, async (signal, _does) => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-killed-'));
    folders.push(folder);
    const first = await run(folder);
    const [ada, mary] = await Promise.all([person(first.url, 'ada'), person(first.url, 'mary')]);
    const presenceOf = async (url: string) => {
      const { online, last_seen } = await json(`${url}/users/${ada.id}/`, { headers: mary.headers });
      return { online, last_seen };
    };
    const socket = new WebSocket(`${first.url.replace('http', 'ws')}/ws`, { headers: ada.headers });
    socket.on('error', () => {});
    await vi.waitFor(
      async () => expect(await presenceOf(first.url)).toEqual({ online: true, last_seen: null }),
      { timeout: 20_000, interval: 100 },
    );

    const before = Date.now();
    first.started.child.kill(signal);
    await first.started.ended;
    const after = Date.now();
    const second = await run(folder);
    const told = await vi.waitFor(
      async () => {
        const presence = await presenceOf(second.url);
        expect(presence).toEqual({ online: false, last_seen: expect.any(String) });
        return Date.parse(presence.last_seen ?? '');
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(told).toBeGreaterThanOrEqual(before);
    expect(told).toBeLessThanOrEqual(signal === 'SIGTERM' ? after : Date.now());
  });
});
