import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PresenceState } from '../../client/index.ts';
import { BOB, type FakeServer, fakeServer } from './fake-server.ts';
import { fakeClock, online, pass } from './support.ts';

fakeClock();

const GONE = '2026-11-23T09:00:00.000Z';

/** Bob comes online or goes offline. */
function move(server: FakeServer, isOnline: boolean, lastSeen = GONE): void {
  server.bob = { online: isOnline, last_seen: isOnline ? null : lastSeen };
  server.push({ type: 'presence', users: [{ user_id: BOB, ...server.bob }] });
}

/** Bob is watched and online. Collects what is shown of him from now on. */
async function watched() {
  const server = fakeServer();
  server.say('hello');
  const { client } = await online(server);
  client.presence.watch([BOB]);
  await pass(100);
  const shown: PresenceState[] = [];
  client.presence.of(BOB).subscribe((state) => shown.push(state));
  return { server, client, shown };
}

describe('a watched user', () => {
  it('who reloads their page stays online', async () => {
    const { server, shown } = await watched();
    for (const away of [100, 2_000, 4_900]) {
      move(server, false);
      await pass(away);
      move(server, true);
      await pass(10_000);
    }
    expect(shown).toEqual([{ online: true, lastSeen: null }]);
  });

  it('who goes offline is shown as offline after 5 s, with the server’s time', async () => {
    const { server, shown } = await watched();
    move(server, false);
    await pass(4_900);
    expect(shown).toHaveLength(1);
    await pass(200);
    expect(shown.slice(1)).toEqual([{ online: false, lastSeen: GONE }]);
  });

  it('who comes online is shown at once, also if their presence was unknown', async () => {
    const { server, client, shown } = await watched();
    move(server, false);
    await pass(6_000);
    move(server, true);
    await pass(10);
    expect(shown.at(-1)).toEqual({ online: true, lastSeen: null });
    const stranger = 'somebody';
    server.push({ type: 'presence', users: [{ user_id: stranger, online: false, last_seen: GONE }] });
    await pass(10);
    expect(client.presence.of(stranger).value).toEqual({ online: false, lastSeen: GONE });
  });

  it('who reloads while the watcher reconnects stays online', async () => {
    const { server, shown } = await watched();
    server.bob = { online: false, last_seen: GONE };
    server.last().cut();
    await pass(2_000);
    expect(server.sent('presence.watch').length).toBeGreaterThan(1);
    move(server, true);
    await pass(60_000);
    expect(shown).toEqual([{ online: true, lastSeen: null }]);
  });

  it('is shown as in the server’s last frame within 5 s, whatever came before', async () => {
    const word = fc.record({
      after: fc.nat(8_000),
      isOnline: fc.boolean(),
      lastSeen: fc.constantFrom(GONE, 'x'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 12 }), async (words) => {
        const { server, client, shown } = await watched();
        for (const { after, isOnline, lastSeen } of words) {
          await pass(after);
          move(server, isOnline, lastSeen);
        }
        await pass(5_100);
        const last = words.at(-1);
        const state = { online: last?.isOnline, lastSeen: last?.isOnline ? null : last?.lastSeen };
        expect(shown.at(-1)).toEqual(state);
        client.close();
      }),
      { numRuns: 50 },
    );
  });
});

it('a pending offline state is not shown to the next user', async () => {
  const { server, client, shown } = await watched();
  move(server, false);
  await pass(100);
  void client.logOut();
  await pass(10_000);
  expect(shown.slice(1)).toEqual([undefined]);
});
