import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { device, messageTo } from '../e2e/support/devices.ts';
import { type Person, person } from '../e2e/support/people.ts';
import { connect, refusal } from '../e2e/support/socket.ts';
import { frame, handshake } from './outcome.ts';
import {
  bobHears,
  EMOJI,
  hasChangedOnce,
  inboxHas,
  logHasOnce,
  type Operation,
  reactedBy,
  type Scene,
  type Trial,
  withBob,
  withOwnMessage,
} from './scene.ts';

/** With the fields of a message beside its text. */
const sending = (more: object) => async (scene: Scene) => {
  const { bob } = scene;
  const { alice, conversation } = await withBob(scene);
  const phone = await device(scene.url, alice);
  return async (): Promise<Trial> => {
    const text = `from Alice ${randomUUID()}`;
    const message = messageTo(bob, text, more);
    return {
      marker: conversation,
      run: () => frame(phone, message),
      async check() {
        await logHasOnce(scene, alice, conversation, text);
        await bobHears(scene, { conversation, message: text, ...more });
      },
    };
  };
};

const send = sending({});
/** To Bob's message, the first one. */
const answer = sending({ reply_to: 1 });

/** In the original protocol. */
async function say(scene: Scene) {
  const { bob } = scene;
  const { alice, conversation } = await withBob(scene);
  const socket = await connect(scene.url, { token: alice.access, peer: bob.id });
  return async (): Promise<Trial> => {
    const message = `from Alice ${randomUUID()}`;
    const client_id = randomUUID();
    return {
      marker: conversation,
      run: () => frame(socket, { message, client_id }),
      async check() {
        await logHasOnce(scene, alice, conversation, message);
        await bobHears(scene, { conversation, message });
      },
    };
  };
}

/** The sockets to tell are not found. The message is stored and answered all the same: devices get it by `sync`. */
async function sendUntold(scene: Scene) {
  const { alice, conversation } = await withBob(scene);
  const phone = await device(scene.url, alice);
  return async (): Promise<Trial> => {
    const text = `from Alice ${randomUUID()}`;
    return {
      marker: `USER#${alice.id}`,
      run: () => frame(phone, messageTo(scene.bob, text)),
      check: () => logHasOnce(scene, alice, conversation, text),
    };
  };
}

const change =
  (action: string, more: object, fits: (alice: Person) => Record<string, unknown>) =>
  async (scene: Scene) =>
  async (): Promise<Trial> => {
    const own = await withOwnMessage(scene);
    const { alice, conversation, seq } = own;
    const phone = await device(scene.url, alice);
    return {
      marker: conversation,
      run: () => frame(phone, { action, conversation, seq, ...more }),
      check: () => hasChangedOnce(scene, own, fits(alice)),
    };
  };

/** What changed since is told. It has been told already where the reply was lost. */
async function syncChanges(scene: Scene) {
  const { alice, conversation, seq } = await withOwnMessage(scene);
  const phone = await device(scene.url, alice);
  await phone.ask({ action: 'message.delete', conversation, seq });
  const ask = { action: 'sync', conversations: { [conversation]: { seq, change: 0 } } };
  return async (): Promise<Trial> => ({
    marker: conversation,
    run: () => frame(phone, ask),
    async check() {
      const { changed, changes } = await phone.ask(ask);
      expect(changed).toMatchObject([{ seq, change: 1, message: '' }]);
      expect(changes).toEqual({ [conversation]: 1 });
    },
  });
}

const receipt = (action: string) => async (scene: Scene) => async (): Promise<Trial> => {
  const { alice, conversation } = await withBob(scene);
  const phone = await device(scene.url, alice);
  return {
    marker: alice.id,
    run: () => frame(phone, { action, conversation, seq: 1 }),
    async check(outcome) {
      const { body } = await scene.api.get(`/conversations/${conversation}/`, { token: alice.access });
      expect(body).toMatchObject({ [action === 'message.received' ? 'received' : 'read']: 1 });
      // After `unavailable` the receipt may stand, and the second try then moves nothing.
      if (outcome === 'done')
        await bobHears(scene, { type: action, conversation, user_id: alice.id, seq: 1 });
    },
  };
};

/** The sockets to tell are not found. The receipt stands, and its sender learns that it does. */
async function readUntold(scene: Scene) {
  return async (): Promise<Trial> => {
    const { alice, conversation } = await withBob(scene);
    const phone = await device(scene.url, alice);
    return {
      marker: `USER#${alice.id}`,
      run: () => frame(phone, { action: 'conversation.read', conversation, seq: 1 }),
      async check(outcome) {
        expect(outcome).toBe('done');
        const { body } = await scene.api.get(`/conversations/${conversation}/`, { token: alice.access });
        expect(body).toMatchObject({ read: 1 });
      },
    };
  };
}

const onDevice =
  (content: (ids: { conversation: string; bob: string }) => object, { needsInbox = false } = {}) =>
  async (scene: Scene) => {
    const { alice, conversation } = await withBob(scene);
    if (needsInbox) await inboxHas(scene, alice, conversation);
    const phone = await device(scene.url, alice);
    const run = () => frame(phone, content({ conversation, bob: scene.bob.id }));
    return async (): Promise<Trial> => ({
      marker: alice.id,
      run,
      check: async () => expect(await run()).toBe('done'),
    });
  };

const sync = onDevice(({ conversation }) => ({ action: 'sync', conversations: { [conversation]: 0 } }));
// Only people in the inbox can be watched.
const watch = onDevice(({ bob }) => ({ action: 'presence.watch', users: [bob] }), { needsInbox: true });
/** An account writes its row for a watched user once in two hours, so each trial has an account of its own. */
const watchAnew = async (scene: Scene) => async (): Promise<Trial> => (await watch(scene))();
const ping = onDevice(() => ({ action: 'ping' }));

/** A device of her own, which is listed; or Bob's socket to her, which needs her profile. */
const open = (whose: 'own' | 'peer') => async (scene: Scene) => {
  const alice = await person(scene.api);
  const opening =
    whose === 'own' ? { path: '/ws', token: alice.access } : { peer: alice.id, token: scene.bob.access };
  return async (): Promise<Trial> => ({
    marker: alice.id,
    run: () => handshake(scene.url, opening),
    check: async () => expect(await handshake(scene.url, opening)).toBe('done'),
  });
};

const openByTicket = async ({ url, api }: Scene) => {
  const { access: token } = await person(api);
  return async (): Promise<Trial> => {
    const ticket = async () => (await api.post('/ws/ticket/', undefined, { token })).body.ticket as string;
    const text = await ticket();
    return {
      marker: createHash('sha256').update(text).digest('base64url'),
      run: () => handshake(url, { path: `/ws?ticket=${text}` }),
      // The first try may have spent it.
      again: async () => expect([101, 401]).toContain(await refusal(url, { path: `/ws?ticket=${text}` })),
      check: async () => expect(await handshake(url, { path: `/ws?ticket=${await ticket()}` })).toBe('done'),
    };
  };
};

const read = receipt('conversation.read');
const received = receipt('message.received');
const edit = change('message.edit', { text: 'as edited', version: 1 }, () => ({ message: 'as edited' }));
const remove = change('message.delete', {}, () => ({ message: '' }));
const react = change('message.react', { emoji: EMOJI }, reactedBy);

export const socketOperations: readonly Operation[] = [
  { what: 'handshake', functionName: 'authorize', call: 'GetItem', prepare: open('peer') },
  { what: 'handshake by ticket', functionName: 'authorize', call: 'UpdateItem', prepare: openByTicket },
  { what: 'handshake', functionName: 'connect', call: 'UpdateItem', prepare: open('own') },
  { what: 'handshake', functionName: 'connect', call: 'GetItem', prepare: open('own') },
  { what: 'message.send', functionName: 'message', call: 'Query', prepare: send },
  { what: 'message.send', functionName: 'message', call: 'PutItem', prepare: send },
  { what: 'message.send, answer', functionName: 'message', call: 'PutItem', prepare: answer },
  { what: 'message.send, sockets', functionName: 'message', call: 'BatchGetItem', prepare: sendUntold },
  { what: 'original message', functionName: 'message', call: 'PutItem', prepare: say },
  { what: 'message.edit', functionName: 'message', call: 'Query', prepare: edit },
  { what: 'message.edit', functionName: 'message', call: 'TransactWriteItems', prepare: edit },
  { what: 'message.delete', functionName: 'message', call: 'BatchGetItem', prepare: remove },
  { what: 'message.delete', functionName: 'message', call: 'TransactWriteItems', prepare: remove },
  { what: 'message.react', functionName: 'message', call: 'Query', prepare: react },
  { what: 'message.react', functionName: 'message', call: 'TransactWriteItems', prepare: react },
  { what: 'conversation.read', functionName: 'message', call: 'BatchGetItem', prepare: read },
  { what: 'conversation.read', functionName: 'message', call: 'UpdateItem', prepare: read },
  { what: 'conversation.read, sockets', functionName: 'message', call: 'BatchGetItem', prepare: readUntold },
  { what: 'message.received', functionName: 'message', call: 'UpdateItem', prepare: received },
  { what: 'sync', functionName: 'message', call: 'Query', prepare: sync },
  { what: 'sync', functionName: 'message', call: 'BatchGetItem', prepare: sync },
  { what: 'sync of changes', functionName: 'message', call: 'Query', prepare: syncChanges },
  { what: 'presence.watch', functionName: 'message', call: 'BatchGetItem', prepare: watch },
  { what: 'presence.watch', functionName: 'message', call: 'PutItem', prepare: watch },
  { what: 'presence.watch', functionName: 'message', call: 'BatchWriteItem', prepare: watchAnew },
  { what: 'ping', functionName: 'message', call: 'BatchGetItem', prepare: ping },
];
