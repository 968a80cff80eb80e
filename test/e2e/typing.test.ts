import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

/** Each function process remembers the last typing in its memory. This runtime starts only this many processes. */
const MOST_FUNCTIONS = 4;

describe.skipIf(notOurs)(`typing ${notOurs}`, () => {
  const runtime = ownRuntime();
  let ada: Person;
  let charles: Person;
  let eve: Person;
  let conversation: string;
  let phone: Socket;
  let laptop: Socket;
  let his: Socket;
  beforeEach(async () => {
    const { url } = runtime();
    [ada, charles, eve] = await people(rest(url), 3);
    conversation = conversationOf(ada, charles);
    phone = await device(url, ada);
    await phone.ask(messageTo(charles, 'hello'));
    [laptop, his] = await Promise.all([device(url, ada), device(url, charles)]);
  });
  afterEach(closeSockets);

  const typing = (id = conversation) => ({ action: 'typing', conversation: id });
  const shown = () => ({ type: 'typing', conversation, user_id: ada.id, expires_in: 6 });

  it("is shown on the other member's devices for 6 seconds, and nowhere else", async () => {
    const { url } = runtime();
    const others = await Promise.all([
      connect(url, { token: charles.access, peer: ada.id }),
      connect(url, { token: ada.access, peer: charles.id }),
      device(url, eve),
    ]);
    const second = await device(url, charles);
    expect(await phone.ask(typing())).toEqual({ ...shown(), forwarded: true, ref: expect.any(String) });
    for (const socket of [his, second]) expect(await socket.next()).toEqual(shown());
    for (const socket of [phone, laptop, his, second, ...others]) await quiet(socket);
  });

  it('is not shown by those who hide their presence, nor to them', async () => {
    const api = rest(runtime().url);
    const hide = (who: Person, presence: string) =>
      api.patch('/users/me/', { presence }, { token: who.access });
    await hide(ada, 'hidden');
    expect(await phone.ask(typing())).toMatchObject({ forwarded: false });
    expect(await his.ask(typing())).toMatchObject({ forwarded: true });
    for (const socket of [phone, laptop, his]) await quiet(socket);
  });

  it('is forwarded once in 3 seconds by each function process, for each user and conversation', async () => {
    const replies = [];
    for (let turn = 0; turn < 10; turn += 1) replies.push(await (turn % 2 ? laptop : phone).ask(typing()));
    const last = performance.now();
    const forwarded = replies.filter((reply) => reply.forwarded);
    expect(forwarded.length).toBeGreaterThan(0);
    expect(forwarded.length).toBeLessThanOrEqual(MOST_FUNCTIONS);
    for (const _ of forwarded) expect(await his.next()).toEqual(shown());
    await quiet(his);

    expect(await his.ask(typing())).toMatchObject({ forwarded: true, user_id: charles.id });
    await phone.ask(messageTo(eve, 'hello'));
    expect(await phone.ask(typing(conversationOf(ada, eve)))).toMatchObject({ forwarded: true });
    // For every process, the 3 seconds are over by then.
    await delay(3050 - (performance.now() - last));
    expect(await phone.ask(typing())).toMatchObject({ forwarded: true });
  });

  it('is never stored', async () => {
    runtime().resetUsage();
    await phone.ask(typing());
    await his.next();
    const { requests } = runtime().usage();
    const ours = requests.filter((request) => request.function === 'message');
    expect(ours.filter(({ wru }) => wru > 0)).toEqual([]);
    expect(ours.length).toBeGreaterThan(0);
  });

  it('is refused in a conversation that the user is not in, as in one that does not exist', async () => {
    await his.ask(messageTo(eve, 'between us'));
    const hers = await device(runtime().url, eve);
    const answerFor = async (id: string) => {
      const { ref, ...answer } = await phone.ask(typing(id));
      return JSON.parse(JSON.stringify(answer).replaceAll(id, 'ID'));
    };
    const unknown = await answerFor([crypto.randomUUID(), crypto.randomUUID()].sort().join('.'));
    expect(unknown).toMatchObject({ type: 'error', code: 'conversation_not_found' });
    for (const id of [conversationOf(charles, eve), 'x', conversationOf(ada, eve)]) {
      expect(await answerFor(id), id).toEqual(unknown);
    }
    for (const socket of [his, hers]) await quiet(socket);
  });
});
