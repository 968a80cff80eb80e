import { afterEach, describe, expect, it } from 'vitest';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect } from './support/socket.ts';

const IDLE_MS = 1500;
const CONNECTION_MS = 5000;

describe.skipIf(notOurs)(`API Gateway closes, after shortened limits ${notOurs}`, () => {
  const runtime = ownRuntime({ limits: { idleMs: IDLE_MS, connectionMs: CONNECTION_MS } });
  afterEach(closeSockets);

  const pair = async () => {
    const [ada, charles] = await people(rest(runtime().url), 2);
    return [
      await connect(runtime().url, { token: ada.access, peer: charles.id }),
      await connect(runtime().url, { token: charles.access, peer: ada.id }),
    ] as const;
  };

  it('a socket that is idle for 10 minutes, with 1001', async () => {
    const [idle] = await pair();
    const opened = performance.now();
    expect((await idle.closed).code).toBe(1001);
    expect(performance.now() - opened).toBeGreaterThan(IDLE_MS * 0.5);
  });

  it('any socket after 2 hours, however busy, with 1001; the next one takes over', async () => {
    const [busy, peer] = await pair();
    const opened = performance.now();
    let said = 0;
    while (busy.isOpen) {
      // Well within the idle limit of both sockets, because the peer receives each message.
      said = (await busy.say('busy').catch(() => undefined))?.seq ?? said;
      await Promise.race([busy.closed, new Promise((resolve) => setTimeout(resolve, IDLE_MS / 5))]);
    }
    expect((await busy.closed).code).toBe(1001);
    expect(performance.now() - opened).toBeGreaterThan(IDLE_MS * 2);
    expect(said).toBeGreaterThan(5);
    expect(peer.frames.at(-1)?.seq).toBeGreaterThanOrEqual(said - 1);
  }, 20_000);
});
