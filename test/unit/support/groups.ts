import type { Role } from '../../../functions/core/conversations/rights.ts';
import {
  conversationById,
  groupOf,
  type Roster,
  type RosterStore,
  resolve,
} from '../../../functions/core/conversations/roster.ts';
import { Unavailable } from '../../../functions/core/errors.ts';
import { type Actor, eventEntry } from '../../../functions/core/groups/change-group.ts';
import {
  type CreationDependencies,
  createGroup,
  type NewGroup,
} from '../../../functions/core/groups/create-group.ts';
import { dissolveGroup, followDissolution } from '../../../functions/core/groups/dissolve.ts';
import { leaveForGood, putMember, removeMember } from '../../../functions/core/groups/members.ts';
import { type AskedSettings, changeSettings } from '../../../functions/core/groups/settings.ts';
import { projectMessages } from '../../../functions/core/inbox/project-messages.ts';
import { readInbox } from '../../../functions/core/inbox/read-inbox.ts';
import type { NewMessage } from '../../../functions/core/messages/append.ts';
import { deleteMessage, editMessage } from '../../../functions/core/messages/edit-message.ts';
import { react } from '../../../functions/core/messages/react.ts';
import { sendMessage } from '../../../functions/core/messages/send-message.ts';
import { changeOwnSettings } from '../../../functions/core/settings/change-settings.ts';
import type { SettingsChange } from '../../../functions/core/settings/settings.ts';
import {
  eventFrameOf,
  framesOf,
  lastFrames,
  settingsFrameOf,
  tellingChanges,
} from '../../../functions/protocol/server-frames.ts';
import { aboutReader } from '../../../functions/storage/abouts.ts';
import { peopleStore, profileStore } from '../../../functions/storage/accounts.ts';
import { inboxReader } from '../../../functions/storage/inbox.ts';
import { inboxProjection } from '../../../functions/storage/inbox-projection.ts';
import { membershipKey, profileKey } from '../../../functions/storage/keys.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { presenceStore } from '../../../functions/storage/presence.ts';
import { groupRemainsOf } from '../../../functions/storage/remains.ts';
import { rosterStore } from '../../../functions/storage/rosters.ts';
import { pinReader, settingsStore } from '../../../functions/storage/settings.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { frozenClock } from './clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from './connections.ts';
import { person, storedAs } from './inboxes.ts';
import type { WriteOutcome } from './message-log.ts';
import { countingIds, id } from './people.ts';

/** So many people are known here. */
const PEOPLE = 12;

/** A frame that a device got. */
interface Told {
  /** Whose device. */
  readonly to: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The users 1 to 12, each with a device, in a table in memory. They have no groups yet. */
export function groups() {
  const { table, state, commands, killAfter } = memoryTable();
  const clock = frozenClock();
  const numbers = Array.from({ length: PEOPLE }, (_, i) => i + 1);
  for (const n of numbers) state.set(profileKey(id(n)), { ...profileKey(id(n)), ...person(n) });
  const connections = memoryConnections(
    ...numbers.map((n) => aConnection(`${n}`, { userId: id(n), sessionId: id(500 + n), conversation: '' })),
  );
  const gateway = scriptedGateway();
  const log = messageStore(table);
  const presences = presenceStore(table);
  const stored = rosterStore(table);
  /** What becomes of each next change of a group. */
  const outcomes: WriteOutcome[] = [];
  /** What others do before each next change is stored. */
  const meanwhile: (() => Promise<unknown>)[] = [];
  const rosters: RosterStore = {
    ...stored,
    async apply(change) {
      await meanwhile.shift()?.();
      const outcome = outcomes.shift() ?? 'stored';
      if (outcome === 'unavailable') throw new Unavailable();
      const isStored = await stored.apply(change);
      if (outcome === 'answer lost') throw new Unavailable();
      return isStored;
    },
  };
  const groupRemains = groupRemainsOf(table);
  const idsOf = new Map<string, string>();
  const dependencies: CreationDependencies = {
    ...{
      rosters,
      log,
      abouts: aboutReader(table),
      people: peopleStore(table),
      presences,
      connections,
      gateway,
      lastFrames,
      ...clock,
    },
    groupCreation: 'anyone',
    profiles: profileStore(table),
    newId: countingIds(5_000),
    idOf(text) {
      const known = idsOf.get(text) ?? id(9_000 + idsOf.size);
      idsOf.set(text, known);
      return known;
    },
    random: () => 0,
    onDeliveryFailure: () => {},
    onConnectionsFailure: () => {},
  };
  const sending = {
    ...dependencies,
    log,
    profiles: profileStore(table),
    retries: { count: async () => undefined },
    sendLimit: { messages: 1_000, seconds: 1 },
    onFault: () => {},
  };
  const inbox = { inbox: inboxReader(table), presences, pins: pinReader(table), now: clock.now };
  const settling = { ...dependencies, settings: settingsStore(table) };
  const projection = {
    ...{ inbox: inboxProjection(table), log, rosters: stored, profiles: profileStore(table), now: clock.now },
  };
  const changing = { ...dependencies, log, summaries: projection.inbox, editSeconds: undefined };
  const own = (n: number, group: string) => resolve({ rosters: stored }, group, id(n));
  const actor = (n: number): Actor => ({ userId: id(n), frameFor: eventFrameOf(person(n).username) });

  return {
    ...{ table, state, commands, killAfter, clock, log, presences, connections, rosters, stored },
    ...{ outcomes, meanwhile, dependencies, sending, inbox, projection, own, actor },
    createGroup: (by: number, group: NewGroup) => createGroup(dependencies, actor(by), group),
    /** The id of a new group of `by` with others. */
    async create(by: number, others: readonly number[] = [], more: Partial<NewGroup> = {}): Promise<string> {
      const group = { title: 'Trip', members: others.map(id), history: 'all', ...more } as const;
      return (await createGroup(dependencies, actor(by), group)).roster.id;
    },
    put: (by: number, group: string, n: number, role?: Role) =>
      putMember(dependencies, group, actor(by), { userId: id(n), role }),
    remove: (by: number, group: string, n: number) => removeMember(dependencies, group, actor(by), id(n)),
    change: (by: number, group: string, settings: AskedSettings) =>
      changeSettings(dependencies, group, actor(by), settings),
    rename: (by: number, group: string, title: string) =>
      changeSettings(dependencies, group, actor(by), { title }),
    dissolve: (by: number, group: string) => dissolveGroup(dependencies, group, actor(by)),
    /** A step of the stream's function that removes what is stored of a group in which nobody is any more. */
    clear: (group: string, steps = 0, isLate?: true) =>
      followDissolution({ groupRemains, now: clock.now }, { group, steps, isLate }),
    /** Changes what a conversation is to a user. */
    changeOwn: async (n: number, conversation: string, change: SettingsChange) =>
      changeOwnSettings(settling, await own(n, conversation), change, settingsFrameOf(conversation)),
    leaveForGood: (n: number, group: string) => leaveForGood(dependencies, group, actor(n)),
    say: async (
      n: number,
      group: string,
      text = 'Hello',
      clientId?: string,
      more: Partial<NewMessage> = {},
    ) => {
      const draft = { conversation: await own(n, group), text, clientId, ...more };
      return (await sendMessage(sending, draft, framesOf(person(n).username))).message;
    },
    edit: async (n: number, group: string, seq: number, text: string) =>
      editMessage(changing, { conversation: await own(n, group), seq, text, version: 1 }, tellingChanges()),
    del: async (n: number, group: string, seq: number) =>
      deleteMessage(changing, { conversation: await own(n, group), seq }, tellingChanges()),
    react: async (n: number, group: string, seq: number, emoji = '👍') =>
      react(changing, { conversation: await own(n, group), seq, emoji }),
    /** Puts strangers into a group, or among those who have left it, until so many people have been in it. */
    async fill(group: string, count: number, role?: Role) {
      const before = (await stored.roster(group)) as Roster;
      const strangers = Array.from({ length: count - before.members.length }, (_, i) => id(1_000 + i));
      const members = [...before.members, ...strangers.map((userId) => ({ userId, role, from: 1 }))];
      const after = { ...before, version: before.version + 1, members };
      const last = await log.last(groupOf(before));
      const event = { type: 'joined', users: strangers } as const;
      await stored.apply({ before, after, entry: eventEntry(dependencies, actor(1), after, last, event) });
    },
    /** Lets the inboxes follow the log, from an entry on. */
    async follow(id: string, from = 1) {
      const conversation = await conversationById(stored, id);
      const entries = conversation ? await log.since(conversation, from, 100) : [];
      await projectMessages(projection, entries.map(storedAs));
    },
    /** Who is in a group, by number: `1 owner`. Those who have left have no role. */
    async members(group: string) {
      const { members = [] } = (await stored.roster(group)) ?? {};
      return members.map(({ userId, role }) => [Number(userId.slice(-12)), role].filter(Boolean).join(' '));
    },
    /** What the log says: `3 user2 Hello`, `4 user1 joined 3`. */
    async said(group: string) {
      const roster = await stored.roster(group);
      const entries = roster ? await log.since(groupOf(roster), 1, 1_000) : [];
      return entries.map(({ seq, senderId, text, event }) => {
        const about = event && [
          event.type,
          ...('users' in event ? event.users.map((userId) => Number(userId.slice(-12))) : []),
          ...('role' in event ? [event.role] : []),
          ...('fields' in event ? event.fields : []),
          ...('title' in event ? [event.title] : []),
        ];
        return `${seq} user${Number(senderId.slice(-12))} ${about?.join(' ') ?? text}`;
      });
    },
    /** What the devices were told since this was asked last: one device after the other, each in its order. */
    told(): readonly Told[] {
      const told = gateway.posts
        .splice(0)
        .map(([to, frame]): Told => ({ to: Number(to), ...JSON.parse(frame) }));
      return told.toSorted((one, other) => one.to - other.to);
    },
    membership: (n: number, group: string) => state.get(membershipKey(id(n), group)),
    positions: (n: number) =>
      state.partition(`USER#${id(n)}`).filter(({ sk }) => (sk as string).startsWith('INBOX#')),
    async entries(n: number) {
      return (await readInbox(inbox, { userId: id(n), limit: 100 })).entries;
    },
  };
}
