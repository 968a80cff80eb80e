import { randomUUID } from 'node:crypto';
import {
  MAX_FIRST_MEMBERS,
  MAX_GROUPS,
  MAX_MEMBERS,
  MAX_NUMBERS,
} from '../../../functions/core/conversations/roster.ts';
import { fromSummary } from '../../../functions/storage/inbox.ts';
import { membershipKey, summaryKey } from '../../../functions/storage/keys.ts';
import { storeAll } from '../../support/runtime-table.ts';
import type { Device } from '../device.ts';
import type { Setting } from './measure-sockets.ts';
import { OTHER_TITLE, storeRoster, TITLE } from './rosters.ts';
import { LARGEST, type Person, PREVIEWED, type WorstScene, withData } from './scene.ts';

interface Cast {
  readonly scene: WorstScene;
  readonly owner: Person;
  readonly others: readonly Person[];
  /** Of the owner, and of those others who are online. */
  readonly devices: readonly Device[];
}

/** All that a group says of itself, as large as can be. */
const EVERYTHING = {
  title: OTHER_TITLE,
  description: '🦀'.repeat(500),
  picture: `https://example.com/${'x'.repeat(480)}`,
  who: { write: 'moderator', add: 'member', rename: 'owner' },
};

/** So many members besides the owner are online. */
const ONLINE = 30;

/** An entry of the log of a group. */
interface Entry {
  readonly id: string;
  readonly seq: number;
}

const CHANGING = ['groups', 'message-changes'];

/** A group of as many members as can be, some of them online, after as many others as can have been there. */
export async function measureGroups({ scene }: Setting) {
  const owner = await scene.person();
  const others: Person[] = [];
  while (others.length < MAX_MEMBERS - 1) others.push(await scene.person());
  const devices: Device[] = [];
  for (const one of [owner, ...others.slice(0, ONLINE)]) devices.push(await scene.device(one));
  const cast = { scene, owner, others, devices };
  let id = await create(cast);
  const group = await counted(cast, CHANGING, async () => {
    id = await create(cast);
    return { id, seq: 1 };
  });
  await fillRoster(cast, id);
  const messages = await measureMessages(cast, id);
  const changes = await measureChanges(cast, id);
  // Whatever is measured behind this counts the devices that are open.
  await Promise.all(devices.map((device) => device.close()));
  return { group, ...messages, ...changes };
}

async function create({ scene, owner: { access }, others, devices }: Cast): Promise<string> {
  const members = others.slice(0, MAX_FIRST_MEMBERS).map(({ id }) => id);
  const body = { kind: 'group', title: TITLE, members };
  const { id } = await scene.answer(201, '/conversations/', { access, body });
  await told(devices.slice(0, members.length + 1), { id: id as string, seq: 1 });
  return id as string;
}

async function told(devices: readonly Device[], { id, seq }: Entry): Promise<void> {
  const isIt = (frame: Readonly<Record<string, unknown>>) =>
    frame.type === 'chat.message' && frame.conversation === id && frame.seq === seq;
  await Promise.all(devices.map((device) => device.heard(isIt)));
}

/** All who can be in it, and all others who can have been there. To add and remove them one by one would take minutes. */
async function fillRoster({ scene, owner, others }: Cast, id: string): Promise<void> {
  const former = Array.from({ length: MAX_NUMBERS - MAX_MEMBERS }, () => randomUUID());
  const ids = [owner.id, ...others.map((one) => one.id), ...former];
  const roles = `O${'m'.repeat(others.length)}${'-'.repeat(former.length)}`;
  await storeRoster(scene, id, { ids, roles, strangers: former });
}

async function measureMessages(cast: Cast, id: string) {
  const { scene, owner, devices } = cast;
  const [first, ...rest] = devices as [Device, ...Device[]];
  const say = (text: string) => async () => {
    const { seq } = await first.ask('message.send', {
      conversation: id,
      ...withData(text),
      client_id: randomUUID(),
    });
    await told(rest, { id, seq: seq as number });
    return { id, seq: seq as number };
  };
  const sending = ['message', 'message-changes'];
  const sendToGroup = await counted(cast, sending, say('x'.repeat(200)));
  const largeToGroup = await counted(cast, sending, say(LARGEST));
  const { seq } = await say(LARGEST)();
  const get = () => scene.answer(200, `/conversations/${id}/`, { access: owner.access });
  await get();
  const oneGroup = await scene.count(get);
  const edit = async () => {
    await first.ask('message.edit', { conversation: id, seq, version: 1, text: `${LARGEST.slice(2)}x` });
    await Promise.all(rest.map((device) => device.heard(({ type }) => type === 'message.changed')));
  };
  const editInGroup = await scene.count(edit, { only: ['message'] });
  return { sendToGroup, largeToGroup, oneGroup, editInGroup };
}

/** Each is an entry of the log, behind one of 16 KB. */
async function measureChanges(cast: Cast, id: string) {
  const { scene, owner, others, devices } = cast;
  const { access } = owner;
  const member = `/conversations/${id}/members/${others[0]?.id}/`;
  const { last_message } = await scene.answer(200, `/conversations/${id}/`, { access });
  let { seq } = last_message as Entry;
  const change = (status: number, path: string, method: string, body?: object) =>
    counted(cast, CHANGING, async () => {
      await scene.answer(status, path, { access, method, ...(body && { body }) });
      seq += 1;
      await told(devices, { id, seq });
      return { id, seq };
    });
  return {
    changeGroup: await change(200, `/conversations/${id}/`, 'PATCH', EVERYTHING),
    removeMember: await change(204, member, 'DELETE'),
    putMember: await change(200, member, 'PUT', {}),
    // The last one: nobody is in the group behind it, and no inbox shows it.
    dissolve: await scene.count(
      async () => {
        await scene.answer(204, `/conversations/${id}/`, { access, method: 'DELETE' });
        await told(devices, { id, seq: seq + 1 });
      },
      { only: ['groups'] },
    ),
  };
}

/** Counts what a group's inboxes then show. */
async function counted(cast: Cast, only: readonly string[], work: () => Promise<Entry>) {
  let made: Entry = { id: '', seq: 0 };
  const counting = {
    only,
    waiting: () => shown(cast, made),
  };
  return cast.scene.count(async () => {
    made = await work();
  }, counting);
}

/** Waits until the owner's inbox shows an entry. The summary, which the inboxes of all show, is written last. */
async function shown({ scene, owner: { access } }: Cast, { id, seq }: Entry): Promise<void> {
  await scene.until(async () => {
    const { results } = await scene.answer(200, '/conversations/?limit=5', { access });
    const entry = (results as { id: string; last_message: Entry }[]).find((one) => one.id === id);
    return entry !== undefined && entry.last_message.seq >= seq;
  });
}

/** Puts somebody into as many groups as one can be in, each as large as an inbox can show. To join them would take minutes. */
export async function joinGroups({ runtime }: WorstScene, { id: userId }: Person): Promise<void> {
  const numbers = Array.from({ length: MAX_NUMBERS }, (_, n) => n);
  const counts = Object.fromEntries(numbers.map((n) => [n, 100_000]));
  const receipts = Object.fromEntries(numbers.map((n) => [n, { seq: 20_000_000, others: 20_000_000 }]));
  const items = Array.from({ length: MAX_GROUPS }, (_, n) => {
    const [id, createdAt] = [randomUUID(), new Date(Date.now() - n).toISOString()];
    const last = { seq: 25_000_000, id: randomUUID(), senderId: randomUUID(), text: PREVIEWED, createdAt };
    const summary = fromSummary({ kind: 'group' }, { last: { ...last, counts }, receipts });
    const membership = { number: 1, role: 'member', from: 1, readSeq: 1, readOthers: 1 };
    return [
      { ...membershipKey(userId, id), ...membership },
      { ...summaryKey(id), ...summary, title: TITLE },
    ];
  });
  await storeAll(runtime, items.flat());
}
