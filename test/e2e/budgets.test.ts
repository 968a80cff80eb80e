import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Runtime } from '../../local/runtime.ts';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';
import { assertNoScan } from './support/watched-runtime.ts';

type Usage = ReturnType<Runtime['usage']>;
type Request = Usage['requests'][number];
/** How often which operation was asked for, and what of the store it took. */
type Cost = { readonly [what: string]: number };
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
const wru = (requests: readonly Request[]) => sum(requests.map((request) => request.wru));
const rru = (requests: readonly Request[]) => sum(requests.map((request) => request.rru));

const tally = (requests: readonly Request[]) =>
  Object.fromEntries(
    [...Map.groupBy(requests, ({ operation }) => operation)].map(([name, all]) => [name, all.length]),
  );

describe.skipIf(notOurs)(`what things cost ${notOurs}`, () => {
  const runtime = ownRuntime({ context: { floodMessages: '1000000' } });
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
    // The stream goes its own way meanwhile, with what was said before; the bursts below count it in.
    const { 'account-changes': _accounts = 0, 'message-changes': _inboxes = 0, ...others } = invocations;
    expect(others).toEqual({ message: 1 });
    const asked = requests.filter((request) => request.function === 'message');
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(wru(asked)).toBeLessThanOrEqual(1);
    expect(rru(asked)).toBeLessThanOrEqual(2);
    expect(posts).toBe(1);
  });

  /** Waits until a member's inbox shows the message: then the stream has brought all that follows from it. */
  async function shown(member: Person, inConversation: string, seq: number): Promise<void> {
    const socket = await device(runtime().url, member);
    const last = async () => {
      const { conversations } = await socket.ask({
        action: 'sync',
        conversations: { [inConversation]: seq },
      });
      return (conversations as { last_message: { seq: number } }[])[0]?.last_message.seq;
    };
    await vi.waitFor(async () => expect(await last()).toBe(seq), { timeout: 15_000, interval: 100 });
  }

  /** What a burst of 20 messages writes, each, with what the stream makes of them in both inboxes. */
  async function burst(from: Socket, to: Socket, [member, other]: [Person, Person]) {
    const { requests, posts } = await usageOf(async () => {
      let seq = 0;
      for (let turn = 0; turn < 20; turn += 1) seq = (await from.say(message.message)).seq as number;
      await to.until(() => to.frames.length >= 20);
      await shown(member, conversationOf(member, other), seq);
    });
    expect(posts).toBe(20);
    const following = requests.filter((request) => request.function === 'message-changes');
    expect(wru(following), 'the inboxes were written').toBeGreaterThan(0);
    const sending = requests.filter((request) => request.function === 'message');
    return (wru(sending) + wru(following)) / 20;
  }

  it('a burst of 20 messages under way: 1.5 WRU each in the mean, with both inboxes and the stream', async () => {
    const each = await burst(hers, his, [ada, charles]);
    expect(each).toBeGreaterThan(1);
    expect(each).toBeLessThanOrEqual(1.5);
  });

  it('a burst of 20 messages that begins a conversation: 1.5 WRU each in the mean, likewise', async () => {
    const [grace, alan] = await people(api, 2);
    const [from, to] = await Promise.all([
      connect(runtime().url, { token: grace.access, peer: alan.id }),
      connect(runtime().url, { token: alan.access, peer: grace.id }),
    ]);
    const each = await burst(from, to, [alan, grace]);
    expect(each).toBeGreaterThan(1);
    expect(each).toBeLessThanOrEqual(1.5);
  });

  describe('what a device does', () => {
    let phone: Socket;
    beforeEach(async () => {
      phone = await device(runtime().url, ada);
      await settled();
    });

    /** What one frame takes of DynamoDB: the least of several, each made anew. */
    async function costOfFrame(frame: () => object) {
      const costs: Cost[] = [];
      for (let time = 0; time < 4; time += 1) {
        const { requests } = await usageOf(() => phone.ask(frame()));
        const own = requests.filter((request) => request.function === 'message');
        costs.push({ ...tally(own), wru: wru(own), rru: rru(own) });
      }
      const total = (cost: Cost) => sum(Object.values(cost));
      return costs.reduce((least, cost) => (total(cost) < total(least) ? cost : least));
    }

    it('sending costs what it costs on the socket of a conversation', async () => {
      const cost = await costOfFrame(() => messageTo(charles, message.message));
      expect(cost).toEqual({ Query: 3, PutItem: 1, wru: 1, rru: 2 });
    });

    it('catching up with 50 conversations in which nothing was missed takes a small read for each log, in one BatchGetItem', async () => {
      const strangers = Array.from({ length: 49 }, () => ({ ...charles, id: crypto.randomUUID() }));
      const held = (peers: { id: string }[]) =>
        Object.fromEntries(peers.map((peer) => [conversationOf(ada, { ...charles, ...peer }), 1_000_000]));
      const cost = (peers: { id: string }[]) =>
        costOfFrame(() => ({ action: 'sync', conversations: held(peers) }));
      const one = await cost([charles]);
      const fifty = await cost([charles, ...strangers]);
      // A log's read is consistent: 1 RRU. What the inbox shows of a conversation are three items of half an RRU.
      expect(fifty).toMatchObject({ wru: 0, rru: (one.rru as number) + 49 * 2.5 });
      expect(Object.keys(fifty).sort()).toEqual(['BatchGetItem', 'rru', 'wru']);
      // BatchGetItem takes 100 keys: those of the inbox are 150.
      expect(fifty.BatchGetItem).toBe((one.BatchGetItem as number) + 1);
      expect(one.BatchGetItem).toBe(3);
    });

    it('moving a mark takes one write; a delivery mark that comes too soon, or brings nothing new, none', async () => {
      const conversation = conversationOf(ada, charles);
      let last = 0;
      for (let turn = 0; turn < 8; turn += 1) last = (await hers.say('on and on')).seq as number;
      let seq = last - 8;
      const mark = (action: string) => costOfFrame(() => ({ action, conversation, seq: ++seq }));
      expect(await mark('conversation.read')).toEqual({
        BatchGetItem: 1,
        Query: 2,
        UpdateItem: 1,
        wru: 1,
        rru: 2,
      });
      expect(await mark('message.received')).toEqual({ Query: 1, GetItem: 1, wru: 0, rru: 1.5 });
      const again = () => ({ action: 'conversation.read', conversation, seq: last + 1 });
      expect(await costOfFrame(again)).toEqual({ BatchGetItem: 1, Query: 1, wru: 0, rru: 2 });
    });

    it('typing on, and a ping, write nothing', async () => {
      const conversation = conversationOf(ada, charles);
      expect(await costOfFrame(() => ({ action: 'typing', conversation }))).toEqual({ wru: 0, rru: 0 });
      expect(await costOfFrame(() => ({ action: 'ping' }))).toEqual({ Query: 1, wru: 0, rru: 0.5 });
    });

    it('watching somebody takes a write for the list and one for them; strangers take a read', async () => {
      const watch = (...users: string[]) => costOfFrame(() => ({ action: 'presence.watch', users }));
      const { seq } = await phone.ask(messageTo(charles, 'hello'));
      await shown(ada, conversationOf(ada, charles), seq as number);
      const one = { GetItem: 1, BatchGetItem: 2, PutItem: 1, BatchWriteItem: 1, wru: 2 };
      expect(await watch(charles.id)).toEqual({ ...one, rru: 2 });
      const strangers = Array.from({ length: 49 }, () => crypto.randomUUID());
      expect(await watch(charles.id, ...strangers)).toEqual({ ...one, rru: 2 + 49 * 0.5 });
    });

    it('coming and going writes the presence once each', async () => {
      await his.close();
      await presenceOf(charles, false);
      const { requests } = await usageOf(async () => {
        const socket = await device(runtime().url, charles);
        await presenceOf(charles, true);
        await socket.close();
        await presenceOf(charles, false);
      });
      expect(wru(requests.filter((request) => request.function === 'account-changes'))).toBe(2);
    });

    async function presenceOf(who: Person, online: boolean): Promise<void> {
      const path = `/users/${who.id}/`;
      const isOnline = async () => (await api.get(path, { token: ada.access })).body.online;
      await vi.waitFor(async () => expect(await isOnline()).toBe(online), { timeout: 15_000, interval: 100 });
    }
  });

  it('opening a socket and saying nothing writes its connection, and at most its presence, once', async () => {
    const { requests } = await usageOf(() => connect(runtime().url, { token: ada.access, peer: charles.id }));
    expect(wru(requests.filter((request) => request.function === 'connect'))).toBe(1);
    expect(wru(requests)).toBeLessThanOrEqual(2);
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
