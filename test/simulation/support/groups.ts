import {
  may,
  type Right,
  type Role,
  rightOver,
  type Who,
  whoOf,
} from '../../../functions/core/conversations/rights.ts';
import { type HistoryAccess, ownGroup, type Roster } from '../../../functions/core/conversations/roster.ts';
import type { ParleyError } from '../../../functions/core/errors.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import { isOneLeaving } from './accounts.ts';
import type { Client } from './client.ts';
import type { Fate } from './fate.ts';
import type { Functions } from './functions.ts';
import type { Action } from './steps.ts';
import type { Person, World } from './world.ts';

/** A group that a user wants to create once, in as many tries as it takes. Its title is that of no other one. */
export interface Creation {
  readonly by: Person;
  readonly title: string;
  readonly history: HistoryAccess;
  readonly others: readonly Person[];
  /** A creation without one is never tried again. */
  readonly key: string | undefined;
  tries: number;
  /** The id of the group that was acknowledged. */
  acked: string | undefined;
}

type ChangeAction = Action & {
  readonly kind: 'put-member' | 'remove-member' | 'set-group' | 'dissolve-group';
};

/** What a user wants to make of a group. */
export interface GroupChange {
  readonly kind: ChangeAction['kind'];
  readonly by: Person;
  readonly group: string;
  /** Who comes, goes, or has another role. Of the group as a whole: who changes it. */
  readonly member: Person;
  readonly role: Role | undefined;
  readonly title: string | undefined;
  /** Who may write. */
  readonly write: Who['write'] | undefined;
}

/** A change that nobody could refuse may still find others at work, or an outage. */
const TEMPORARY = ['unavailable', 'busy'];

/** All groups that users created, and all changes of groups that they tried. */
export class Groups {
  readonly creations: Creation[] = [];
  readonly changes: GroupChange[] = [];
  readonly #running = new Set<{ readonly change: GroupChange; isMixed: boolean }>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Over HTTP. With `again`, the last creation of this user once more, whatever became of it. */
  async create(
    client: Client,
    action: Action & { readonly kind: 'create-group' },
    fate: Fate,
  ): Promise<void> {
    const { person } = client;
    const last = this.creations.findLast(({ by, key }) => by === person && key !== undefined);
    const creation = action.again && last ? last : this.#creation(person, action);
    const id = await tryCreating(this.#world, creation, fate);
    if (id !== undefined) client.know(id);
  }

  #creation(by: Person, { others, history, isNamed }: Action & { readonly kind: 'create-group' }): Creation {
    const world = this.#world;
    const creation: Creation = {
      ...{ by, history },
      title: `g${this.creations.length + 1}`,
      // One bit each.
      others: world.people.filter((one, i) => one !== by && (others >> i) % 2 === 1),
      key: isNamed ? world.newId() : undefined,
      tries: 0,
      acked: undefined,
    };
    this.creations.push(creation);
    return creation;
  }

  /** Over HTTP: one change of a group that the user is in, or of any other one. */
  async change(by: Person, action: ChangeAction, fate: Fate): Promise<void> {
    const world = this.#world;
    const { ids } = world.rosters;
    const own = ids.filter((id) => world.rosters.isIn(by.id, id));
    const among = own.length > 0 && action.group % 8 > 0 ? own : ids;
    const group = among[action.group % Math.max(1, among.length)];
    if (group === undefined) return;
    const change = wanted(world, by, group, action, this.changes.length + 1);
    this.changes.push(change);
    await tryChangingGroup(world, this, change, fate);
  }

  /** Returns a function that tells, at the end, whether no other try for the same ran meanwhile. */
  begin(change: GroupChange): () => boolean {
    const isAlike = (other: GroupChange) =>
      (['kind', 'by', 'group', 'member'] as const).every((name) => other[name] === change[name]);
    const own = { change, isMixed: false };
    for (const other of this.#running) {
      if (!isAlike(other.change)) continue;
      other.isMixed = true;
      own.isMixed = true;
    }
    this.#running.add(own);
    return () => {
      this.#running.delete(own);
      return !own.isMixed;
    };
  }
}

function wanted(world: World, by: Person, group: string, action: ChangeAction, number: number): GroupChange {
  const member = 'who' in action ? (world.people[action.who % world.people.length] as Person) : by;
  return {
    ...{ kind: action.kind, by, group },
    member: action.kind === 'remove-member' && action.isSelf ? by : member,
    role: action.kind === 'put-member' ? action.role : undefined,
    title: action.kind === 'set-group' ? titleOf(world, group, action.title, number) : undefined,
    write: action.kind === 'set-group' ? action.write : undefined,
  };
}

function titleOf(world: World, group: string, which: 'new' | 'present' | undefined, number: number) {
  return which === 'new' ? `t${number}` : which && world.rosters.roster(group)?.title;
}

/** One try. Returns the id of the group. */
async function tryCreating(world: World, creation: Creation, fate: Fate): Promise<string | undefined> {
  const { by, title, history, others, key } = creation;
  creation.tries += 1;
  const { moment } = world.states;
  const words = `${by.username} creates ${title} (${history}) with ${others.map(({ username }) => username).join()}`;
  world.say(`${words}, try ${creation.tries}`);
  const members = others.map(({ id }) => id);
  const outcome = await world.invoke(words, fate, (functions) =>
    functions.createGroup(by, { title, members, history, key }),
  );
  if (outcome.kind === 'lost') return undefined;
  if (outcome.kind === 'error') {
    judgeCreation(world, creation, { moment, words, fate }, outcome.error);
    return undefined;
  }
  const { roster, repeated } = outcome.value;
  if (repeated && creation.tries === 1) world.blame(`"${words}" is answered as a repetition`);
  if (creation.acked !== undefined && creation.acked !== roster.id) {
    world.blame(`"${words}" is acknowledged as ${creation.acked} and as ${roster.id}`);
  }
  creation.acked = roster.id;
  return roster.id;
}

/** A try, and what was so when it began. */
interface Try {
  readonly moment: number;
  readonly words: string;
  readonly fate: Fate;
}

function judgeCreation(
  world: World,
  { by, others, title, key, tries }: Creation,
  { moment, words, fate }: Try,
  { code }: ParleyError,
): void {
  world.say(`"${words}" is answered with ${code}`);
  const id = key === undefined ? undefined : world.idOf(JSON.stringify([by.id, key]));
  const isRight =
    TEMPORARY.includes(code) ||
    (code === 'user_not_found' && (isOneLeaving(world, ...others) || isStale(fate))) ||
    (code === 'cannot_write_to_user' && others.some((other) => haveBlocked(world, by, other))) ||
    (code === 'conversation_not_found' &&
      id !== undefined &&
      tries > 1 &&
      !world.rosters.wasIn(by.id, id, moment));
  if (!isRight) world.blame(`"${words}" is refused with ${code}`);
  if (code !== 'unavailable' && tries === 1 && createdAs(world, title).length > 0) {
    world.blame(`"${words}" is refused with ${code}, but stored`);
  }
}

/** The groups that began with a title. */
export const createdAs = ({ rosters }: World, title: string): readonly string[] =>
  rosters.ids.filter((id) => rosters.versions(id)[0]?.title === title);

/** An eventually consistent read may not yet know of an account, nor of the end of a block. */
const isStale = ({ faults }: Fate): boolean => faults.some(({ kind }) => kind === 'stale');

const haveBlocked = (world: World, one: Person, other: Person): boolean =>
  world.blocks.look(one.id, other.id).changes > 0;

/** One try. Nobody sends a change of a group again: whoever looks sees what has become of it. */
async function tryChangingGroup(
  world: World,
  groups: Groups,
  change: GroupChange,
  fate: Fate,
): Promise<void> {
  const { by, group } = change;
  const { moment } = world.states;
  const words = `${by.username}: ${described(change)} of ${group}`;
  world.say(words);
  const before = eventsOf(world, change).length;
  const ended = groups.begin(change);
  const outcome = await world.invoke(words, fate, (functions) => apply(functions, change));
  const isAlone = ended();
  if (outcome.kind === 'lost') return;
  if (outcome.kind === 'ok') {
    const isTrue = world.rosters.since(group, moment).some((roster) => roster && isDone(change, roster));
    if (!isTrue) world.blame(`"${words}" is acknowledged, and was never so`);
    return;
  }
  const { code } = outcome.error;
  world.say(`"${words}" is answered with ${code}`);
  if (!isRightRefusal(world, change, moment, code) && !isStale(fate)) {
    world.blame(`"${words}" is refused with ${code}`);
  }
  const isStored = eventsOf(world, change).length > before;
  const isTold = isAlone && !isOneLeaving(world, by) && !isStale(fate);
  if (code !== 'unavailable' && isTold && isStored)
    world.blame(`"${words}" is refused with ${code}, but stored`);
}

function described({ kind, member, role, title, write }: GroupChange): string {
  switch (kind) {
    case 'put-member':
      return `${member.username} as ${role ?? 'member'}`;
    case 'remove-member':
      return `without ${member.username}`;
    case 'set-group':
      return (
        [title && `the title ${title}`, write && `${write}s write`].filter(Boolean).join(', ') || 'nothing'
      );
    case 'dissolve-group':
      return 'the end';
  }
}

function apply(
  functions: Functions,
  { kind, by, group, member, role, title, write }: GroupChange,
): Promise<unknown> {
  switch (kind) {
    case 'put-member':
      return functions.putMember(by, group, { userId: member.id, role });
    case 'remove-member':
      return functions.removeMember(by, group, member.id);
    case 'set-group':
      return functions.changeSettings(by, group, { title, ...(write && { who: { write } }) });
    case 'dissolve-group':
      return functions.dissolve(by, group);
  }
}

/** What the log tells of such a change by this user. */
export function eventsOf({ rosters }: World, { kind, by, group, member }: GroupChange): readonly Message[] {
  const types = {
    'put-member': ['joined', 'role'],
    'remove-member': ['left', 'removed'],
    'set-group': ['renamed', 'changed'],
    'dissolve-group': ['dissolved'],
  }[kind];
  return rosters.events(group).filter(({ senderId, event }) => {
    if (!event || senderId !== by.id || !types.includes(event.type)) return false;
    return !('users' in event) || event.users.includes(member.id);
  });
}

const roleIn = ({ members }: Roster, { id }: Person): Role | undefined =>
  members.find(({ userId }) => userId === id)?.role;

/** The group is as the user wanted it. */
function isDone({ kind, member, role, title, write }: GroupChange, roster: Roster): boolean {
  const present = roleIn(roster, member);
  switch (kind) {
    case 'put-member':
      return present !== undefined && (role === undefined || role === present);
    case 'remove-member':
      return present === undefined;
    case 'set-group':
      return (
        (title === undefined || roster.title === title) &&
        (write === undefined || whoOf(roster.who).write === write)
      );
    case 'dissolve-group':
      return roster.members.every(({ role }) => role === undefined);
  }
}

/** The rights that it takes in a group as it is. */
function rightsFor({ kind, by, member, role, title, write }: GroupChange, roster: Roster): readonly Right[] {
  const present = roleIn(roster, member);
  switch (kind) {
    case 'put-member':
      return [present ? 'roles' : rightOver(role ?? 'member', 'add')];
    case 'remove-member':
      if (member === by) return [];
      return present ? ['remove', rightOver(present, 'remove')] : ['remove'];
    case 'set-group':
      return [...(title === undefined ? [] : ['rename' as const]), ...(write ? ['roles' as const] : [])];
    case 'dissolve-group':
      return ['dissolve'];
  }
}

/** Whether it was so at some time since the try began. */
function isRightRefusal(world: World, change: GroupChange, moment: number, code: string): boolean {
  const { kind, by, group, member } = change;
  if (TEMPORARY.includes(code)) return true;
  if (code === 'conversation_not_found') return !world.rosters.wasIn(by.id, group, moment);
  const rosters = world.rosters.since(group, moment).filter((roster) => roster !== undefined);
  if (code === 'not_allowed') {
    return rosters.some((roster) => {
      const own = ownGroup(roster, by.id);
      return own !== undefined && rightsFor(change, roster).some((right) => !may(own, right));
    });
  }
  if (code === 'last_owner') {
    return (
      (kind === 'put-member' || kind === 'remove-member') &&
      rosters.some((roster) => isOnlyOwner(roster, member))
    );
  }
  if (kind !== 'put-member') return false;
  if (code === 'user_not_found') return isOneLeaving(world, member);
  return code === 'cannot_write_to_user' && haveBlocked(world, by, member);
}

function isOnlyOwner({ members }: Roster, { id }: Person): boolean {
  const owners = members.filter(({ role }) => role === 'owner');
  return owners.length === 1 && owners[0]?.userId === id;
}
