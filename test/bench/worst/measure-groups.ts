import { randomUUID } from 'node:crypto';
import { MAX_MEMBERS, MAX_NUMBERS } from '../../../functions/core/conversations/roster.ts';
import { profileKey, rosterKey } from '../../../functions/storage/keys.ts';
import { storeAll } from '../../support/runtime-table.ts';
import type { Device } from '../device.ts';
import type { Setting } from './measure-sockets.ts';
import { LARGEST, type Person, type WorstScene } from './scene.ts';

/** The longest titles, of four bytes a character. */
const [TITLE, OTHER_TITLE] = ['🦀', '🐙'].map((character) => character.repeat(100)) as [string, string];

interface Cast {
  readonly scene: WorstScene;
  readonly owner: Person;
  readonly others: readonly Person[];
  /** One of each, the owner's first. */
  readonly devices: readonly Device[];
}

/** An entry of the log of a group. */
interface Entry {
  readonly id: string;
  readonly seq: number;
}

const CHANGING = ['groups', 'message-changes'];

/** Groups of as many members as can be, each with one device, after as many others as can have been there. */
export async function measureGroups({ scene }: Setting) {
  const owner = await scene.person();
  const others: Person[] = [];
  while (others.length < MAX_MEMBERS - 1) others.push(await scene.person());
  const devices: Device[] = [];
  for (const one of [owner, ...others]) devices.push(await scene.device(one));
  const cast = { scene, owner, others, devices };
  let id = '';
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
  const body = { kind: 'group', title: TITLE, members: others.map(({ id }) => id) };
  const { id } = await scene.answer(201, '/conversations/', { access, body });
  await told(devices, { id: id as string, seq: 1 });
  return id as string;
}

async function told(devices: readonly Device[], { id, seq }: Entry): Promise<void> {
  const isIt = (frame: Readonly<Record<string, unknown>>) =>
    frame.type === 'chat.message' && frame.conversation === id && frame.seq === seq;
  await Promise.all(devices.map((device) => device.heard(isIt)));
}

/** The same members, and all others who can have been there. To add and remove them one by one would take minutes. */
async function fillRoster({ scene, owner, others }: Cast, id: string): Promise<void> {
  const former = Array.from({ length: MAX_NUMBERS - MAX_MEMBERS }, () => randomUUID());
  const members = [
    [owner.id, 'owner', 1],
    ...others.map((one) => [one.id, 'member', 1]),
    ...former.map((one) => [one, '', 1]),
  ];
  const roster = { ...rosterKey(id), version: 1, title: TITLE, history: 'all', members };
  const profiles = former.map((one) => ({ ...profileKey(one), ...scene.newcomer(), id: one }));
  await storeAll(scene.runtime, [roster, ...profiles]);
}

async function measureMessages(cast: Cast, id: string) {
  const { scene, owner, devices } = cast;
  const [first, ...rest] = devices as [Device, ...Device[]];
  const say = async () => {
    const { seq } = await first.ask('message.send', {
      conversation: id,
      text: LARGEST,
      client_id: randomUUID(),
    });
    await told(rest, { id, seq: seq as number });
    return { id, seq: seq as number };
  };
  const sendToGroup = await counted(cast, ['message', 'message-changes'], say);
  const { seq } = await say();
  const get = () => scene.answer(200, `/conversations/${id}/`, { access: owner.access });
  await get();
  const oneGroup = await scene.count(get);
  const edit = async () => {
    await first.ask('message.edit', { conversation: id, seq, version: 1, text: `${LARGEST.slice(2)}x` });
    await Promise.all(rest.map((device) => device.heard(({ type }) => type === 'message.changed')));
  };
  return { sendToGroup, oneGroup, editInGroup: await scene.count(edit, { only: ['message'] }) };
}

/** Each is an entry of the log, behind one of 16 KB, and brings the group to the top of all inboxes. */
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
    rename: await change(200, `/conversations/${id}/`, 'PATCH', { title: OTHER_TITLE }),
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

/** Counts what brings a group to the top of all inboxes, where another group was before. */
async function counted(cast: Cast, only: readonly string[], work: () => Promise<Entry>) {
  await shown(cast, { id: await create(cast), seq: 1 });
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
