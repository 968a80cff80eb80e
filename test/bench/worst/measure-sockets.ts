import { randomUUID } from 'node:crypto';
import { conversationOf } from '../../support/people.ts';
import type { Device } from '../device.ts';
import { idsWithOneFingerprint, LARGEST, type Person, type WorstScene, withData } from './scene.ts';

export interface Setting {
  readonly scene: WorstScene;
  readonly ada: Person;
  readonly charles: Person;
  readonly hers: Device;
  readonly his: Device;
  /** Ada has met them. They are offline. */
  readonly others: readonly Pick<Person, 'id'>[];
}

const OWN = { only: ['message'] };
const ALL = { only: ['authorize', 'connect', 'disconnect', 'account-changes'] };
const SOCKETS = 20;

type Progress = (kind: string) => void;

/** The frames, with one device of Ada and one of Charles. */
export async function measureFrames(setting: Setting, progress: Progress) {
  const { scene, ada, charles, hers, his, others } = setting;
  const conversation = conversationOf(ada, charles);
  const told = (type: string) => his.heard((frame) => frame.type === type);
  const both = (action: Promise<unknown>, type: string) => Promise.all([action, told(type)]);
  const named = (text: string) => ({ to: charles.id, ...withData(text), client_id: randomUUID() });
  let seq = 0;
  const say = async (text: string) => {
    const [reply] = (await both(hers.ask('message.send', named(text)), 'chat.message')) as [
      { seq: number },
      unknown,
    ];
    seq = reply.seq;
  };
  const shown = () => scene.shown(ada, charles, seq);
  progress('messages');
  const send = await scene.count(() => say(LARGEST), {
    only: ['message', 'message-changes'],
    waiting: shown,
  });
  const old = await scene.device(ada, charles.id);
  const original = await scene.count(async () => {
    old.send(JSON.stringify({ message: LARGEST, client_id: randomUUID() }));
    await Promise.all([old, hers, his].map((device) => device.heard(({ type }) => type === 'chat.message')));
  }, OWN);
  await old.close();
  const several = Array.from({ length: 20 }, () => ({ client_id: randomUUID(), text: '🦀'.repeat(295) }));
  const frame = await scene.count(
    () => both(hers.ask('message.send', { to: charles.id, messages: several }), 'chat.messages'),
    { ...OWN, pieces: 20 },
  );
  await say(LARGEST);

  progress('changes');
  await say(LARGEST);
  await shown();
  const changing = (action: string, more: object) => () =>
    both(hers.ask(action, { conversation, seq, ...more }), 'message.changed');
  const edit = await scene.count(changing('message.edit', { version: 1, text: `${LARGEST.slice(2)}x` }), OWN);
  const react = await scene.count(changing('message.react', { emoji: '👍' }), OWN);
  const unreact = await scene.count(changing('message.unreact', { emoji: '👍' }), OWN);
  const remove = await scene.count(changing('message.delete', {}), OWN);
  await say(LARGEST);

  progress('receipts');
  // The other half of a receipt: Charles has not read or received anything yet.
  const receipt = (action: string, at: number) => () =>
    Promise.all([his.ask(action, { conversation, seq: at }), hers.heard(({ type }) => type === action)]);
  const received = await scene.count(receipt('message.received', seq), OWN);
  const read = await scene.count(receipt('conversation.read', seq), OWN);
  const typing = await scene.count(() => both(hers.ask('typing', { conversation }), 'typing'), OWN);

  progress('retry');
  const retry = await retried(setting);

  progress('sync');
  const behind = others.slice(0, 49).map((other) => conversationOf(ada, other));
  const held = Object.fromEntries([...behind, conversation].map((id) => [id, { seq: 0, change: 0 }]));
  for (const id of behind.slice(0, 10)) {
    for (let version = 1; version <= 30; version += 1) {
      const text = String(version);
      await hers.ask('message.edit', { conversation: id, seq: 1, version, text });
    }
  }
  const since = '1970-01-01T00:00:00.000Z';
  const sync = await scene.count(() => hers.ask('sync', { conversations: held, since }), OWN);

  progress('presence');
  const watching = (from: number) => () =>
    hers.ask('presence.watch', { users: others.slice(from, from + 50).map(({ id }) => id) });
  await watching(0)();
  const watch = await scene.count(watching(50), OWN);
  const watchAgain = await scene.count(watching(0), OWN);

  const refused = await scene.count(async () => {
    hers.send(`{"action":"nothing","ref":"refused","padding":"${'x'.repeat(131_000)}"}`);
    await hers.heard(({ ref }) => ref === 'refused');
  }, OWN);
  return {
    send,
    original,
    frame,
    edit,
    react,
    unreact,
    remove,
    read,
    received,
    typing,
    retry,
    sync,
    watch,
    watchAgain,
    refused,
  };
}

/** The client id that is looked for has the fingerprint of five others, all behind it, and every message that is read is large. */
async function retried({ scene, hers }: Setting) {
  const stranger = await scene.person();
  const alike = idsWithOneFingerprint(6);
  const small = (count: number) => Array.from({ length: count }, () => 'x');
  const large = Array.from({ length: 6 }, () => LARGEST);
  // The carriers are those 100, 200, 300 and 400 before the last.
  await scene.say(hers, stranger, [...small(20), ...large], [...small(20).map(() => randomUUID()), ...alike]);
  for (const gap of [94, 99, 99, 99, 99]) await scene.say(hers, stranger, [...small(gap), LARGEST]);
  const repeat = { to: stranger.id, ...withData(LARGEST), client_id: alike[0], after: 21 };
  return scene.count(() => hers.ask('message.send', repeat), OWN);
}

/** Ada and Charles have as many sockets as an account can have. In the end, `hers` is replaced. */
export async function measureFanOut({ scene, ada, charles, hers }: Setting) {
  for (let i = 1; i < SOCKETS; i += 1) {
    for (const person of [ada, charles]) await scene.device(person);
  }
  const body = { refresh: ada.refresh };
  const { access: token } = await scene.answer(200, '/users/token/refresh/', { body });
  const refreshAuth = await scene.count(() => hers.ask('auth.refresh', { token }), OWN);
  const ping = await scene.count(() => hers.ask('ping'), OWN);
  const sendToAll = (text: string) => async () => {
    const heard = scene.devices
      .filter((device) => device.isOpen && device !== hers)
      .map((device) => device.heard(({ type, message }) => type === 'chat.message' && message === text));
    await Promise.all([
      hers.ask('message.send', { to: charles.id, text, client_id: randomUUID() }),
      ...heard,
    ]);
  };
  const small = await scene.count(sendToAll('x'.repeat(200)), OWN);
  const largeToAll = await scene.count(sendToAll(LARGEST), OWN);
  const comesAndGoes = async () => {
    const device = await scene.device(ada);
    await device.close();
  };
  const counting = { ...ALL, handshakes: 1, waiting: () => scene.settled('account-changes') };
  const replace = await scene.count(comesAndGoes, counting);
  await scene.until(async () => !hers.isOpen);
  const connect = await scene.count(comesAndGoes, counting);
  return { refreshAuth, ping, sendToAll: small, largeToAll, replace, connect };
}
