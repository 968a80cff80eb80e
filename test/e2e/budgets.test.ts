import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Runtime } from '../../local/runtime.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';
import { assertNoScan } from './support/watched-runtime.ts';

type Usage = ReturnType<Runtime['usage']>;
type Request = Usage['requests'][number];
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
const wru = (requests: readonly Request[]) => sum(requests.map((request) => request.wru));
const rru = (requests: readonly Request[]) => sum(requests.map((request) => request.rru));

describe.skipIf(notOurs)(`what things cost ${notOurs}`, () => {
  const runtime = ownRuntime();
  let api: Rest;
  let ada: Person;
  let charles: Person;
  let hers: Socket;
  let his: Socket;

  beforeAll(async () => {
    api = rest(runtime().url);
    [ada, charles] = await people(api, 2);
  });
  beforeEach(async () => {
    hers = await connect(runtime().url, { token: ada.access, peer: charles.id });
    his = await connect(runtime().url, { token: charles.access, peer: ada.id });
    await hers.say('under way');
    await his.say('indeed');
    await settled();
    hers.forget();
    his.forget();
  });
  afterEach(closeSockets);

  /** Registers somebody and waits until the stream's function has counted them: what the stream had before is done, too. */
  async function settled(): Promise<void> {
    const count = async () => (await api.get('/users/?limit=1', { token: ada.access })).body.count;
    const before = await count();
    await people(api, 1);
    await vi.waitFor(async () => expect(await count()).toBeGreaterThan(before), {
      timeout: 15_000,
      interval: 100,
    });
  }

  /** What some work takes. */
  async function usageOf(work: () => Promise<unknown>) {
    runtime().resetUsage();
    await work();
    assertNoScan(runtime());
    return runtime().usage();
  }

  /** What a request takes of a warm function, so the least of several: a cold start reads the public keys besides. */
  async function costOf(request: () => Promise<unknown>) {
    const costs = [];
    for (let time = 0; time < 5; time += 1) {
      const { requests } = await usageOf(request);
      costs.push({ requests: requests.length, rru: rru(requests), wru: wru(requests) });
    }
    return costs.reduce((least, cost) => (cost.requests < least.requests ? cost : least));
  }

  const message = { message: 'x'.repeat(200) };

  it('a message of 200 characters, both online: 4 requests, 1 WRU, 2 RRU, 1 invocation and 1 post', async () => {
    const { requests, posts, invocations } = await usageOf(async () => {
      hers.send(message);
      await Promise.all([hers.until(() => hers.frames.length > 0), his.until(() => his.frames.length > 0)]);
    });
    expect(requests.length).toBeLessThanOrEqual(4);
    expect(wru(requests)).toBeLessThanOrEqual(1);
    expect(rru(requests)).toBeLessThanOrEqual(2);
    expect(posts).toBe(1);
    expect(sum(Object.values(invocations))).toBe(1);
  });

  it('a burst of 20 messages: 1.5 WRU each in the mean, with what the stream makes of them', async () => {
    const streamOf = ({ requests }: Usage) =>
      requests.filter((request) => request.function === 'account-changes');
    const alone = await usageOf(settled);
    const usage = await usageOf(async () => {
      for (let turn = 0; turn < 20; turn += 1) await hers.say(message.message);
      await his.until(() => his.frames.length >= 20);
      await settled();
    });
    const sent = usage.requests.filter((request) => request.function === 'message');
    expect(sent.length).toBeGreaterThan(20);
    expect((wru(sent) + wru(streamOf(usage)) - wru(streamOf(alone))) / 20).toBeLessThanOrEqual(1.5);
    expect(usage.posts).toBe(20);
  });

  it('opening a socket and saying nothing writes its connection, once', async () => {
    const { requests } = await usageOf(() => connect(runtime().url, { token: ada.access, peer: charles.id }));
    expect(wru(requests)).toBeLessThanOrEqual(1);
  });

  it('a page of history costs the same whatever the conversation holds, and wherever it lies', async () => {
    const page = (query: string) => () =>
      api.get(`/chat/history/${charles.id}/?${query}`, { token: ada.access });
    const talk = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) await hers.say(message.message);
    };
    await talk(5);
    const few = await costOf(page('limit=5'));
    await talk(60);
    expect(await costOf(page('limit=5'))).toEqual(few);
    expect(await costOf(page('limit=5&offset=50'))).toEqual(few);
    expect(few).toMatchObject({ wru: 0 });
    expect(few.requests).toBeLessThanOrEqual(3);
  });

  it('a page of users costs the same however many there are', async () => {
    const page = () => api.get('/users/?limit=3', { token: ada.access });
    await people(api, 3);
    const few = await costOf(page);
    await people(api, 20);
    expect(await costOf(page)).toEqual(few);
    expect(few).toMatchObject({ wru: 0 });
    expect(few.requests).toBeLessThanOrEqual(2);
  });
});
