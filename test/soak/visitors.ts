import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { ask, logIn, type Person, register } from '../support/people.ts';

const count = 10;
/** A visit lasts so long. */
const visitMs = 5_000;

/** Users that log in, open a socket, leave it, and log out, again and again. */
export async function receiveVisitors(url: string, signal: AbortSignal): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_one, index) => {
      const person = await register(url);
      // Not all at the same moment.
      await pause((index * visitMs) / count, signal);
      while (!signal.aborted) await visit(url, person, signal);
    }),
  );
}

async function visit(url: string, person: Person, signal: AbortSignal): Promise<void> {
  const { access, refresh } = await logIn(url, person);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${access}` },
  });
  socket.on('error', () => {});
  socket.on('open', () => socket.send(JSON.stringify({ action: 'ping' })));
  await pause(visitMs, signal);
  // Some leave without a word, and some log out, which closes the socket from the other side.
  if (Math.random() < 0.5) socket.terminate();
  await ask(`${url}/users/logout/`, { access, body: { refresh_token: refresh } });
  socket.terminate();
}

const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => {});
