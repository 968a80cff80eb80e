import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Runtime } from '../../local/runtime.ts';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { createGroup } from './support/groups.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';
import { assertNoScan } from './support/watched-runtime.ts';

type Usage = ReturnType<Runtime['usage']>;
type Request = Usage['requests'][number];
/** The requests by operation, and the capacity that they consumed. */
type Cost = { readonly [what: string]: number };
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
const wru = (requests: readonly Request[]) => sum(requests.map((request) => request.wru));
const rru = (requests: readonly Request[]) => sum(requests.map((request) => request.rru));

const tally = (requests: readonly Request[]) =>
  Object.fromEntries(
    [...Map.groupBy(requests, ({ operation }) => operation)].map(([name, all]) => [name, all.length]),
  );

describe.skipIf(notOurs)(`what things cost ${notOurs}`, () => {
  const runtime = ownRuntime({ context: SETTINGS.unlimited });
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

  /**
   * Waits until `account-changes` has done all that was in the stream before. It handles the records of a batch at
   * once, so one new user who is counted proves little. The second one is in a later batch, which begins when the first
   * has ended.
   */
  async function settled(): Promise<void> {
    for (let batch = 0; batch < 2; batch += 1) {
      const count = async () => (await api.get('/users/?limit=1', { token: ada.access })).body.count;
      const before = await count();
      await people(api, 1);
      await vi.waitFor(async () => expect(await count()).toBeGreaterThan(before), {
        timeout: 15_000,
        interval: 100,
      });
    }
  }

  /** The consumption of some work. */
  async function usageOf(work: () => Promise<unknown>) {
    runtime().resetUsage();
    await work();
    assertNoScan(runtime());
    return runtime().usage();
  }

  /**
   * The consumption of a request with a warm function: the least of several, because a cold start also reads the public
   * keys.
   */
  async function costOf(request: () => Promise<unknown>) {
    const costs = [];
    for (let time = 0; time < 5; time += 1) {
      const { requests } = await usageOf(request);
      costs.push({ requests: requests.length, rru: rru(requests), wru: wru(requests) });
    }
    return costs.reduce((least, cost) => (cost.requests < least.requests ? cost : least));
  }

  const message = { message: 'x'.repeat(200) };

  it('a message of 200 characters, both online: 3 requests, 1 WRU, 2 RRU, 1 invocation and 1 post', async () => {
    const { requests, posts, invocations } = await usageOf(async () => {
      hers.send(message);
      await Promise.all([hers.until(() => hers.frames.length > 0), his.until(() => his.frames.length > 0)]);
    });
    // Meanwhile the stream still works on earlier messages. The bursts below count its work too.
    const { 'account-changes': _accounts = 0, 'message-changes': _inboxes = 0, ...others } = invocations;
    expect(others).toEqual({ message: 1 });
    const asked = requests.filter((request) => request.function === 'message');
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(wru(asked)).toBeLessThanOrEqual(1);
    expect(rru(asked)).toBeLessThanOrEqual(2);
    expect(posts).toBe(1);
  });

  /** Waits until a member's inbox shows the message. The stream has then done all that follows from it. */
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

  /** The writes for each message of a burst of 20, with the updates of both inboxes. */
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

  it('a burst of 20 messages in a conversation under way: at most 1.5 WRU each on average, inboxes included', async () => {
    const each = await burst(hers, his, [ada, charles]);
    expect(each).toBeGreaterThan(1);
    expect(each).toBeLessThanOrEqual(1.5);
  });

  it('a burst of 20 messages that starts a conversation: at most 1.5 WRU each on average, inboxes included', async () => {
    const [grace, alan] = await people(api, 2);
    const [from, to] = await Promise.all([
      connect(runtime().url, { token: grace.access, peer: alan.id }),
      connect(runtime().url, { token: alan.access, peer: grace.id }),
    ]);
    const each = await burst(from, to, [alan, grace]);
    expect(each).toBeGreaterThan(1);
    expect(each).toBeLessThanOrEqual(1.5);
  });

  describe('the actions of a device', () => {
    let phone: Socket;
    beforeEach(async () => {
      phone = await device(runtime().url, ada);
      await settled();
    });

    /** The consumption of one frame: the least of several, each built anew. */
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

    it("sending costs the same as on a conversation's socket", async () => {
      const cost = await costOfFrame(() => messageTo(charles, message.message));
      expect(cost).toEqual({ BatchGetItem: 1, Query: 1, PutItem: 1, wru: 1, rru: 2 });
    });

    it('catching up with 50 conversations that missed nothing takes a small read for each log, in one BatchGetItem, and one query for the groups', async () => {
      const strangers = Array.from({ length: 49 }, () => ({ ...charles, id: crypto.randomUUID() }));
      const held = (peers: { id: string }[]) =>
        Object.fromEntries(peers.map((peer) => [conversationOf(ada, { ...charles, ...peer }), 1_000_000]));
      const cost = (peers: { id: string }[]) =>
        costOfFrame(() => ({ action: 'sync', conversations: held(peers) }));
      const one = await cost([charles]);
      const fifty = await cost([charles, ...strangers]);
      // A read of a log is strongly consistent: 1 RRU. An inbox entry is three items of half an RRU.
      expect(fifty).toMatchObject({ wru: 0, rru: (one.rru as number) + 49 * 2.5 });
      expect(Object.keys(fifty).sort()).toEqual(['BatchGetItem', 'Query', 'rru', 'wru']);
      expect(fifty.Query).toBe(1);
      // BatchGetItem takes 100 keys, and the inbox entries have 150.
      expect(fifty.BatchGetItem).toBe((one.BatchGetItem as number) + 1);
      expect(one.BatchGetItem).toBe(3);
    });

    it('moving a receipt takes one write; a delivery receipt that comes too soon, or does not move, takes none', async () => {
      const conversation = conversationOf(ada, charles);
      let last = 0;
      for (let turn = 0; turn < 8; turn += 1) last = (await hers.say('on and on')).seq as number;
      let seq = last - 8;
      const receipt = (action: string) => costOfFrame(() => ({ action, conversation, seq: ++seq }));
      expect(await receipt('conversation.read')).toEqual({
        // The message, the presences, which say whether one blocks the other, and the sockets.
        BatchGetItem: 3,
        UpdateItem: 1,
        wru: 1,
        rru: 3,
      });
      expect(await receipt('message.received')).toEqual({ Query: 1, GetItem: 1, wru: 0, rru: 1.5 });
      const again = () => ({ action: 'conversation.read', conversation, seq: last + 1 });
      expect(await costOfFrame(again)).toEqual({ BatchGetItem: 1, Query: 1, wru: 0, rru: 2 });
    });

    it('repeated typing and a ping write nothing', async () => {
      const conversation = conversationOf(ada, charles);
      expect(await costOfFrame(() => ({ action: 'typing', conversation }))).toEqual({ wru: 0, rru: 0 });
      expect(await costOfFrame(() => ({ action: 'ping' }))).toEqual({ BatchGetItem: 1, wru: 0, rru: 0.5 });
    });

    it('watching a user takes a write for the list, and at first two for the user; a stranger takes a read', async () => {
      const watch = (...users: string[]) => costOfFrame(() => ({ action: 'presence.watch', users }));
      const { seq } = await phone.ask(messageTo(charles, 'hello'));
      await shown(ada, conversationOf(ada, charles), seq as number);
      runtime().resetUsage();
      await phone.ask({ action: 'presence.watch', users: [charles.id] });
      const own = runtime()
        .usage()
        .requests.filter((request) => request.function === 'message');
      const first = { GetItem: 1, BatchGetItem: 2, PutItem: 2, BatchWriteItem: 1, wru: 3, rru: 2 };
      expect({ ...tally(own), wru: wru(own), rru: rru(own) }).toEqual(first);
      const again = { GetItem: 1, BatchGetItem: 2, PutItem: 1, wru: 1 };
      expect(await watch(charles.id)).toEqual({ ...again, rru: 2 });
      const strangers = Array.from({ length: 49 }, () => crypto.randomUUID());
      expect(await watch(charles.id, ...strangers)).toEqual({ ...again, rru: 2 + 49 * 0.5 });
    });

    it('connecting and disconnecting write the presence once each', async () => {
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

  describe('the dearest of their kind', () => {
    /** Four bytes each, which is the most that a character has. */
    const largest = '🦀'.repeat(4_000);

    it('a page of 100 texts of 16 KB sends 256 KB at most, and reads 420 KB', async () => {
      const [grace, alan] = await people(api, 2);
      const phone = await device(runtime().url, grace);
      for (let i = 0; i < 40; i += 1) await phone.ask(messageTo(alan, largest));
      for (const path of [
        `/chat/history/${alan.id}/?limit=100`,
        `/conversations/${conversationOf(grace, alan)}/messages/?limit=100&after=0`,
      ]) {
        const get = () => api.get(path, { token: grace.access });
        const { body } = await get();
        expect(Buffer.byteLength(JSON.stringify(body.results))).toBeLessThanOrEqual(256 * 1024);
        expect(body.results).toHaveLength(15);
        const { rru: read } = await costOf(get);
        // And the newest message or the other member.
        expect(read).toBeGreaterThan(15 * 4);
        expect(read).toBeLessThanOrEqual(420 / 4 + 5);
      }
      const held = { [conversationOf(grace, alan)]: 0 };
      const { requests } = await usageOf(() => phone.ask({ action: 'sync', conversations: held }));
      const sync = requests.filter((request) => request.function === 'message');
      expect(rru(sync)).toBeLessThanOrEqual(200 / 4 + 5);
    });

    it('lists of watched users that alternate write nothing but themselves', async () => {
      const [grace, ...others] = (await people(api, 9)) as [Person, ...Person[]];
      const phone = await device(runtime().url, grace);
      for (const peer of others) await phone.ask(messageTo(peer, 'hello'));
      const last = others.at(-1) as Person;
      await shown(grace, conversationOf(grace, last), 1);
      const watch = async (users: readonly Person[]) => {
        const { requests } = await usageOf(() =>
          phone.ask({ action: 'presence.watch', users: users.map(({ id }) => id) }),
        );
        return wru(requests.filter((request) => request.function === 'message'));
      };
      const [some, rest] = [others.slice(0, 4), others.slice(4)];
      // A row for each user, the list, and what the account remembers.
      expect([await watch(some), await watch(rest)]).toEqual([6, 6]);
      expect([await watch(some), await watch(rest), await watch(others)]).toEqual([1, 1, 1]);
    });
  });

  it('a message with 56 devices online: 4 requests, 1 WRU and 4 RRU before the reply, and one frame a device at most', async () => {
    const members = await people(api, 4);
    const [writer, ...others] = members as [Person, ...Person[]];
    const { id } = await createGroup(api, writer, others);
    const devices = await Promise.all(
      members.flatMap((who) => Array.from({ length: 14 }, () => device(runtime().url, who))),
    );
    const first = devices[0] as Socket;
    const sayTen = async () => {
      let last = 0;
      for (let i = 0; i < 10; i += 1) {
        const client_id = crypto.randomUUID();
        const frame = { action: 'message.send', conversation: id, text: message.message, client_id };
        last = (await first.ask(frame)).seq as number;
      }
      // The device that sends hears of it, too.
      const hasHeard = ({ frames }: Socket) =>
        frames.some(({ seq, messages = [] }) =>
          [{ seq }, ...(messages as { seq: number }[])].some((one) => one.seq === last),
        );
      await Promise.all(devices.map((one) => one.until(() => hasHeard(one))));
    };
    await sayTen();
    const { requests, posts } = await usageOf(sayTen);
    const sending = requests.filter((request) => request.function === 'message');
    expect(sending.length).toBeLessThanOrEqual(10 * 4);
    expect(wru(sending)).toBeLessThanOrEqual(10);
    expect(rru(sending)).toBeLessThanOrEqual(10 * 4);
    expect(posts).toBeGreaterThanOrEqual(devices.length);
    expect(posts).toBeLessThanOrEqual(10 * devices.length);
  });

  it('opening a silent socket of somebody who is online writes its entry, and does not look at their presence', async () => {
    const opened = async () => {
      const { requests } = await usageOf(async () => {
        await connect(runtime().url, { token: ada.access, peer: charles.id });
        // It also counts two new users, which is no read by key.
        await settled();
      });
      const reads = requests.filter(
        (one) => one.function === 'account-changes' && one.operation === 'GetItem',
      );
      return { written: wru(requests.filter((one) => one.function === 'connect')), reads: reads.length };
    };
    // At first, sockets of the test before may still be closing.
    await opened();
    expect(await opened()).toEqual({ written: 1, reads: 0 });
  });

  it('a page of history costs the same for any length of the conversation and any position in it', async () => {
    const page = (query: string) => () =>
      api.get(`/chat/history/${charles.id}/?${query}`, { token: ada.access });
    const talk = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) await hers.say(message.message);
    };
    await talk(5);
    const few = await costOf(page('limit=5'));
    await talk(60);
    expect(await costOf(page('limit=5'))).toEqual(few);
    // The other member, the newest messages, and the caller's session.
    expect(few).toMatchObject({ wru: 0, requests: 3 });
    // Elsewhere, the number of messages is a read of its own.
    const elsewhere = { ...few, requests: 4, rru: few.rru + 1 };
    expect(await costOf(page('limit=5&offset=50'))).toEqual(elsewhere);
    expect(await costOf(page('limit=5&offset=50&before=40'))).toEqual(elsewhere);
  });

  it('a page of users costs the same for any number of users', async () => {
    const page = () => api.get('/users/?limit=3', { token: ada.access });
    await people(api, 3);
    const few = await costOf(page);
    await people(api, 20);
    expect(await costOf(page)).toEqual(few);
    expect(few).toMatchObject({ wru: 0 });
    expect(few.requests).toBeLessThanOrEqual(3);
  });
});
