import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { RECEIVED_EVERY_MS } from '../../functions/core/receipts/move-receipt.ts';
import { conversationOf, type Person } from '../support/people.ts';
import type { Counted, Work } from './cost-table.ts';
import { call } from './counted-call.ts';
import { Device } from './device.ts';
import { type Scene, TEXT } from './scene.ts';

/** The functions that work on a message: one stores it, one projects it from the stream. */
const ALL_IN = ['message', 'message-changes'];

/** Does each kind of work and counts its consumption. */
export async function measure(scene: Scene): Promise<Record<Work, Counted>> {
  return {
    ...(await messages(scene)),
    ...(await receipts(scene)),
    ...(await reads(scene)),
    ...(await presence(scene)),
  };
}

async function messages(scene: Scene) {
  const { charles, others, his } = scene;
  const [peer, writer] = others as [Person, Person];
  const talkElsewhere = async () => {
    await scene.say(peer);
    await scene.say(peer, his);
  };
  const post = () =>
    call(scene.runtime.httpApiUrl, `/conversations/${conversationOf(writer, charles)}/messages/`, {
      access: writer.access,
      body: { text: TEXT },
      headers: { 'idempotency-key': randomUUID() },
    });
  await post(); // The first call of a function also reads the public keys.
  return {
    acked: await scene.count(20, () => scene.burst(), { only: ['message'] }),
    framed: await scene.count(20, () => scene.frames(), { only: ['message'] }),
    framedAll: await scene.count(20, () => scene.frames(), { only: ALL_IN }),
    burst: await scene.count(20, () => scene.burst(), { only: ALL_IN }),
    alone: await scene.count(1, () => scene.say(), { only: ALL_IN }),
    top: await scene.count(1, () => scene.say(), { before: talkElsewhere, only: ALL_IN }),
    http: await scene.count(1, post, { only: ['send-message'], httpRequests: 1 }),
  };
}

async function receipts(scene: Scene) {
  const { hers, his, conversation } = scene;
  const only = ['message'];
  let seq = 0;
  const hear = async () => {
    seq = await scene.say();
  };
  const hearAfterPause = async () => {
    await delay(RECEIVED_EVERY_MS);
    await hear();
  };
  const told = (type: string) => hers.heard((frame) => frame.type === type);
  const receipt = (action: string) => his.ask(action, { conversation, seq });
  const moved = (action: string) => () => Promise.all([receipt(action), told(action)]);
  const edit = () =>
    Promise.all([
      hers.ask('message.edit', { conversation, seq, version: 1, text: `${TEXT.slice(1)}!` }),
      his.heard(({ type }) => type === 'message.changed'),
    ]);
  return {
    read: await scene.count(1, moved('conversation.read'), { before: hear, only }),
    received: await scene.count(1, moved('message.received'), { before: hearAfterPause, only }),
    coalesced: await scene.count(1, () => receipt('message.received'), {
      before: async () => {
        await hearAfterPause();
        await moved('message.received')();
        await hear();
      },
      only,
    }),
    edit: await scene.count(1, edit, { before: hear, only }),
    typing: await scene.count(1, () => Promise.all([his.ask('typing', { conversation }), told('typing')]), {
      times: 1,
      only,
    }),
    ping: await scene.count(1, () => his.ask('ping')),
  };
}

async function reads(scene: Scene) {
  const { ada, hers, conversation } = scene;
  const { httpApiUrl } = scene.runtime;
  const page = () =>
    call(httpApiUrl, `/conversations/${conversation}/messages/?limit=20`, { access: ada.access });
  await page(); // As above.
  const { position } = await hers.ask('sync', { conversations: {} });
  const found = (await scene.inbox(ada)).map(({ id, last_message: { seq } }) => [id, { seq, change: 0 }]);
  const { changes } = await hers.ask('sync', { conversations: Object.fromEntries(found) });
  const held: Record<string, { seq: number; change: number }> = Object.fromEntries(found);
  for (const [id, change] of Object.entries(changes as Record<string, number>)) {
    held[id] = { seq: held[id]?.seq ?? 0, change };
  }
  const sync = (conversations: object) => async () => {
    const { type } = await hers.ask('sync', { conversations, since: position });
    if (type !== 'sync.done') throw new Error(`The reply is ${type}`);
  };
  const { seq = 0, change = 0 } = held[conversation] ?? {};
  const behind = { ...held, [conversation]: { seq: seq - 20, change } };
  return {
    inbox: await scene.count(1, () => scene.inbox(ada), { httpRequests: 1 }),
    messages: await scene.count(1, page, { httpRequests: 1, only: ['messages'] }),
    syncNothing: await scene.count(1, sync(held)),
    syncTwenty: await scene.count(1, sync(behind)),
  };
}

async function presence(scene: Scene) {
  const { charles, others, hers } = scene;
  const [, , guest] = others as [Person, Person, Person];
  const told = (online: boolean) =>
    hers.heard(({ type, ref, users }) => {
      const [user] = (users ?? []) as { user_id: string; online: boolean }[];
      return type === 'presence' && ref === undefined && user?.user_id === guest.id && user.online === online;
    });
  const users = [charles, ...others].map(({ id }) => id);
  const watch = () => hers.ask('presence.watch', { users });
  return {
    watch: await scene.count(1, watch, { times: 1 }),
    watchAgain: await scene.count(1, watch),
    session: await scene.count(
      1,
      async () => {
        const device = await Device.open(scene.runtime.webSocketUrl, guest.access);
        await told(true);
        await device.close();
        await told(false);
      },
      { handshakes: 1 },
    ),
  };
}
