/**
 * What users see where AWS's documents leave the behaviour open, when the runtime gives the other answer (`--assume`). Those that
 * do not disturb each other share a runtime. `npm run test:assume` runs whole files of tests under each one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Assumption } from '../../local/assumptions.ts';
import type { Runtime } from '../../local/runtime.ts';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, logOut, type Person, people, registration } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Frame, refusal, type Socket } from './support/socket.ts';

/** API Gateway's false 410 is over, and Parley trusts a 410. */
const OLD_MS = 10_000;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** A runtime, and two new users for each test. */
type Scene = () => Promise<{ runtime: Runtime; url: string; ada: Person; charles: Person }>;

/** Tests on a runtime with these assumptions. */
function assuming(assume: readonly Assumption[], tests: (scene: Scene) => void): void {
  describe.skipIf(notOurs)(`assuming ${assume.join(', ')} ${notOurs}`, () => {
    const runtime = ownRuntime({ context: SETTINGS.twoOrigins, assume });
    afterAll(closeSockets);
    tests(async () => {
      const { url } = runtime();
      const [ada, charles] = await people(rest(url), 2);
      return { runtime: runtime(), url, ada, charles };
    });
  });
}

/** Watches until the presence is as expected. The inbox, which says who may be watched, follows the log by about a second. */
const seen = (socket: Socket, user: Person, online: boolean) =>
  vi.waitFor(
    async () => {
      const { users } = await socket.ask({ action: 'presence.watch', users: [user.id] });
      expect(users).toMatchObject([{ user_id: user.id, online }]);
    },
    { timeout: 10_000, interval: 200 },
  );

const seqsOf = (frames: readonly Frame[]) => frames.map(({ seq }) => seq as number).sort((a, b) => a - b);

function itSendsInAnyOrder(scene: Scene): void {
  it('frames that are sent at once are each answered once, and no message is lost or stored twice', async () => {
    const { url, ada, charles } = await scene();
    const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
    const answers = await Promise.all(upTo(8).map((n) => hers.ask(messageTo(charles, `message ${n}`))));
    expect(seqsOf(answers)).toEqual(upTo(8));
    expect(seqsOf(await his.collect(8))).toEqual(upTo(8));
    await quiet(his);
  });
}

function itAnswersWithSlashes(scene: Scene): void {
  it('every path answers with its slash on the bare API, perhaps after a redirect', async () => {
    const { runtime, ada, charles } = await scene();
    const at = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${ada.access}`, 'content-type': 'application/json' };
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      return (await fetch(runtime.httpApiUrl + path, init)).status;
    };
    for (const path of [
      '/users/?limit=1',
      '/users/me/',
      `/users/${charles.id}/`,
      '/conversations/',
      '/schema/',
    ])
      expect([path, await at('GET', path)]).toEqual([path, 200]);
    expect(await at('POST', '/users/register/', registration())).toBe(201);
    expect(await at('PATCH', '/users/me/', {})).toBe(200);
    expect(await at('PUT', '/users/')).toBe(405);
    for (const path of [
      '/chat/history/',
      '/users//',
      '/conversations//messages',
      '/conversations//messages/',
    ])
      expect([path, await at('GET', path)]).toEqual([path, 404]);
  });
}

assuming(
  [
    'empty-context-dropped',
    'greedy-needs-rest',
    'no-forwarded-host',
    'no-leading-keys-in-transactions',
    'connect-by-frame',
    'frames-in-turn',
    'stream-twice',
    'disconnect-late',
    'limit-exceeded',
  ],
  (scene) => {
    itSendsInAnyOrder(scene);
    itAnswersWithSlashes(scene);

    it('a socket without a conversation opens, although its context has an empty field', async () => {
      const { url, ada } = await scene();
      const hers = await device(url, ada);
      expect(await hers.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
    });

    it('pages of the site itself may open sockets, and those of another may not', async () => {
      const { url, ada, charles } = await scene();
      const opening = { peer: charles.id, token: ada.access };
      expect((await connect(url, { ...opening, origin: url })).isOpen).toBe(true);
      expect(await refusal(url, { ...opening, origin: 'https://evil.example' })).toBe(403);
    });

    it('a frame that names `$connect` or `$disconnect` changes nothing', async () => {
      const { url, ada, charles } = await scene();
      const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
      for (const action of ['$disconnect', '$connect']) hers.send({ action });
      await quiet(hers);
      await his.ask(messageTo(ada, 'are you there?'));
      expect(await hers.next()).toMatchObject({ message: 'are you there?' });
      await seen(his, ada, true);
    });

    it('records of the stream that come twice count once', async () => {
      const { url, ada, charles } = await scene();
      const hers = await device(url, ada);
      for (const n of upTo(3)) await hers.ask(messageTo(charles, `message ${n}`));
      const inbox = async () => (await rest(url).get('/conversations/', { token: charles.access })).body;
      await vi.waitFor(async () => expect((await inbox()).results).toMatchObject([{ unread: 3 }]), 10_000);
      await delay(1_000);
      expect((await inbox()).results).toMatchObject([{ unread: 3 }]);
    });

    it('a user who is back before the late `$disconnect` of their old socket stays online', async () => {
      const { url, ada, charles } = await scene();
      const his = await device(url, charles);
      await his.ask(messageTo(ada, 'hello'));
      await (await device(url, ada)).close();
      const hers = await device(url, ada);
      await seen(his, ada, true);
      await delay(4_000);
      await seen(his, ada, true);
      await hers.close();
      await seen(his, ada, false);
    });

    it('posts that are refused for a moment are repeated', async () => {
      const { url, ada, charles } = await scene();
      const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
      for (const n of upTo(7)) {
        await hers.ask(messageTo(charles, `message ${n}`));
        expect(await his.next()).toMatchObject({ seq: n });
      }
    });
  },
);

assuming(['empty-segment-matches', 'disconnect-never', 'gone-at-first'], (scene) => {
  itAnswersWithSlashes(scene);

  // These three wait for ten seconds each, so they wait together.
  it.concurrent('a message to a socket that cannot be posted to yet is stored, and its device catches up', async () => {
    const { url, ada, charles } = await scene();
    const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
    const answers = await Promise.all(upTo(3).map((n) => hers.ask(messageTo(charles, `message ${n}`))));
    expect(seqsOf(answers)).toEqual(upTo(3));
    await delay(OLD_MS);
    await hers.ask(messageTo(charles, 'the last one'));
    // The gap before it shows the device that it missed some.
    expect(await his.next(({ message }) => message === 'the last one')).toMatchObject({ seq: 4 });
    const conversations = { [conversationOf(ada, charles)]: 0 };
    const { messages } = await his.ask({ action: 'sync', conversations });
    expect(seqsOf(messages as Frame[])).toEqual(upTo(4));
  }, 60_000);

  it.concurrent('logging out closes a socket that API Gateway does not know yet', async () => {
    const { url, ada } = await scene();
    const phone = await logIn(rest(url), ada);
    const socket = await device(url, phone);
    await logOut(rest(url), phone);
    await socket.closed;
  }, 60_000);

  it.concurrent('a user whose `$disconnect` never came goes offline with the first message that cannot be delivered', async () => {
    const { url, ada, charles } = await scene();
    const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
    await his.ask(messageTo(ada, 'hello'));
    await hers.close();
    await seen(his, ada, true);
    await delay(OLD_MS);
    await seen(his, ada, true);
    await his.ask(messageTo(ada, 'are you there?'));
    await seen(his, ada, false);
  }, 60_000);
});

assuming(['disconnect-early', 'frames-at-once'], (scene) => {
  itSendsInAnyOrder(scene);

  it.each([
    ['a message', (to: Person) => messageTo(to, 'and goodbye')],
    ['a ping', () => ({ action: 'ping' })],
    ['a list to watch', (to: Person) => ({ action: 'presence.watch', users: [to.id] })],
  ])('%s that comes after its socket has ended does not bring the user back', async (what, frame) => {
    const { url, ada, charles } = await scene();
    const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
    await hers.ask(messageTo(charles, 'hello'));
    await seen(his, ada, true);
    hers.send(frame(charles));
    await hers.close();
    if (what === 'a message')
      await his.until(() => his.frames.some(({ message }) => message === 'and goodbye'));
    await seen(his, ada, false);
    await delay(1_000);
    await seen(his, ada, false);
  });
});
