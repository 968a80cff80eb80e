import { may, whoOf } from '../../../functions/core/conversations/rights.ts';
import { ownGroup, type Roster, type RosterMember } from '../../../functions/core/conversations/roster.ts';
import type { GroupEntry } from '../../../functions/core/inbox/inbox.ts';
import type { GroupEvent, LogEntry, Message } from '../../../functions/core/messages/message.ts';
import {
  conversationPartition,
  dissolvedKey,
  membershipKey,
  rosterKey,
  userPartition,
} from '../../../functions/storage/keys.ts';
import { createdAs, eventsOf, type Groups } from './groups.ts';
import type { Simulation } from './simulation.ts';
import type { Person, World } from './world.ts';

/** The rules for groups that must hold once everything has settled. */
export function checkGroups(
  { world, groups }: Simulation,
  logs: ReadonlyMap<string, readonly LogEntry[]>,
): void {
  for (const group of world.rosters.ids) {
    checkEvents(world, group);
    checkOwners(world, group);
    checkAuthors(world, group, logs.get(group) ?? []);
  }
  checkCreations(world, groups);
  checkTries(world, groups);
  for (const person of world.living) checkMemberships(world, person);
}

/** Each change of a roster is told by one entry, which says exactly what has changed. */
function checkEvents(world: World, group: string): void {
  const { rosters } = world;
  const events = rosters.events(group);
  const versions = rosters.versions(group);
  if (events.length !== versions.length) {
    world.blame(`${group} has changed ${versions.length} times, and its log tells ${events.length} changes`);
  }
  versions.forEach((roster, i) => {
    const entry = events[i] as Message & Pick<LogEntry, 'roster'>;
    if (roster.version !== i + 1) world.blame(`${group} has version ${roster.version} as version ${i + 1}`);
    if (!entry?.event) return;
    const told = inWords(after(versions[i - 1], entry, roster));
    const stored = inWords(roster);
    if (told !== stored) world.blame(`${entry.seq} of ${group} tells ${told}, and the roster is ${stored}`);
  });
}

/** The roster after an event. The entry of a joining does not tell the role. */
function after(before: Roster | undefined, { seq, event }: Message, stored: Roster): Roster {
  const roleOf = (userId: string) =>
    stored.members.find((member) => member.userId === userId)?.role ?? 'member';
  const from = stored.history === 'all' ? 1 : seq;
  const roster = before ?? { ...stored, members: [] };
  const told = event as GroupEvent;
  switch (told.type) {
    case 'created': {
      const role = (i: number) => (i === 0 ? 'owner' : 'member');
      const members = told.users.map((userId, i) => ({ userId, role: role(i), from: 1 }) as const);
      return { ...roster, title: told.title, members };
    }
    case 'joined':
      return told.users.reduce(
        (one, userId) => withMember(one, { userId, role: roleOf(userId), from }),
        roster,
      );
    case 'left':
    case 'removed':
      return told.users.reduce((one, userId) => withMember(one, { userId, role: undefined }), roster);
    case 'role':
      return told.users.reduce((one, userId) => withMember(one, { userId, role: told.role }), roster);
    case 'renamed':
      return { ...roster, title: told.title };
    case 'changed':
      // It tells that the rights have changed, and not how.
      return {
        ...roster,
        ...(told.title !== undefined && { title: told.title }),
        ...(told.fields.includes('who') && { who: stored.who }),
      };
    case 'dissolved':
      return { ...roster, members: roster.members.map((member) => ({ ...member, role: undefined })) };
  }
}

type Change = Pick<RosterMember, 'userId' | 'role'> & Partial<RosterMember>;

/** A member keeps their number. */
function withMember(roster: Roster, change: Change): Roster {
  const isKnown = roster.members.some(({ userId }) => userId === change.userId);
  const members = roster.members.map((one) => (one.userId === change.userId ? { ...one, ...change } : one));
  return { ...roster, members: isKnown ? members : [...members, { from: 1, ...change }] };
}

function inWords({ title, history, members, who }: Roster): string {
  const all = members.map(({ userId, role = 'gone', from }) => `${userId} ${role} from ${from}`);
  return `${title} (${history}, ${JSON.stringify(whoOf(who))}): ${all.join(', ')}`;
}

/** As long as somebody is in a group, there is an owner. */
function checkOwners(world: World, group: string): void {
  for (const { version, members } of world.rosters.versions(group)) {
    const present = members.filter(({ role }) => role !== undefined);
    if (present.length > 0 && !present.some(({ role }) => role === 'owner')) {
      world.blame(`version ${version} of ${group} has members and no owner`);
    }
  }
}

/** Nobody appends to a group who is not in it at that place of its log, or may not write there. */
function checkAuthors(world: World, group: string, log: readonly LogEntry[]): void {
  let version = 0;
  const versions = world.rosters.versions(group);
  for (const { seq, senderId, event, roster } of log) {
    if (event) version += 1;
    if (roster !== version)
      world.blame(`${seq} of ${group} is written under version ${roster}, not ${version}`);
    const present = versions[version - 1];
    const part = present && ownGroup(present, senderId);
    if (!event && !(part && may(part, 'write'))) {
      world.blame(`${seq} of ${group} is by ${senderId}, who may not write there`);
    }
  }
}

/** What was acknowledged is there, and with one key there is one group. */
function checkCreations(world: World, { creations }: Groups): void {
  for (const { by, title, history, others, acked } of creations) {
    const [id, ...more] = createdAs(world, title);
    if (more.length > 0) world.blame(`${title} is created ${more.length + 1} times`);
    if (acked !== undefined && acked !== id)
      world.blame(`${title} was acknowledged as ${acked}, and is ${id}`);
    const first = id === undefined ? undefined : world.rosters.versions(id)[0];
    if (!first) continue;
    const members = [by, ...others].map((one, i) => ({
      userId: one.id,
      role: i === 0 ? 'owner' : 'member',
      from: 1,
    }));
    const wanted = inWords({ title, history, members } as unknown as Roster);
    if (inWords(first) !== wanted) world.blame(`${title} is created as ${inWords(first)}`);
  }
}

/** Each try is stored once at most. */
function checkTries(world: World, { changes }: Groups): void {
  for (const change of changes) {
    if (world.isDeleted(change.by)) continue;
    const tries = changes.filter(
      ({ kind, by, group, member }) =>
        kind === change.kind && by === change.by && group === change.group && member === change.member,
    ).length;
    const times = eventsOf(world, change).length;
    if (times > tries) {
      world.blame(
        `${change.by.username} tried ${change.kind} ${tries} times, and it is stored ${times} times`,
      );
    }
  }
}

/** A user has a membership of each group that they are in, and of no other one. */
export function checkMemberships({ rosters, state, blame }: World, { id, username }: Person): void {
  const groups = rosters.ids.filter((group) => rosters.isIn(id, group));
  const all = new Set(rosters.ids.map((group) => membershipKey(id, group).sk));
  const stored = state.partition(userPartition(id)).filter(({ sk }) => all.has(String(sk)));
  const wanted = groups.map((group) => {
    const { self, role, from } = rosters.partOf(id, group) ?? {};
    return `${membershipKey(id, group).sk} ${self} ${role} ${from}`;
  });
  const found = stored.map(({ sk, number, role, from }) => `${sk} ${number} ${role} ${from}`);
  if (found.toSorted().join() !== wanted.toSorted().join()) {
    blame(`${username} is in [${wanted.join()}], and has the memberships [${found.join()}]`);
  }
}

/** Nobody who has deleted their account is in a group any more. */
export function checkLeft({ world }: Simulation): void {
  for (const { id, username } of world.deleted) {
    const groups = world.rosters.ids.filter((group) => world.rosters.isIn(id, group));
    if (groups.length > 0) world.blame(`${username} is deleted, and in ${groups.join()}`);
  }
  for (const person of world.people) checkMemberships(world, person);
  for (const group of world.rosters.ids) checkForgotten(world, group);
}

/** Of a group that nobody is in, the mark stays that keeps its id, and the one that brings the last look. */
function checkForgotten({ rosters, state, blame }: World, group: string): void {
  if (rosters.conversation(group).members.length > 0) return;
  const items = state.partition(conversationPartition(group)).map(({ sk }) => String(sk));
  const left = items.filter((sk) => sk !== rosterKey(group).sk && sk !== dissolvedKey(group).sk);
  if (left.length > 0) blame(`nobody is in ${group}, and ${left.join()} is left`);
}

/** What the inbox tells of a group is what its roster tells. */
export function checkGroupEntry(
  { blame, rosters }: World,
  { id, username }: Person,
  entry: GroupEntry,
): void {
  const { conversation, title, role, from } = entry;
  const part = rosters.partOf(id, conversation);
  const wanted = `${rosters.roster(conversation)?.title} ${part?.role} ${part?.from}`;
  const shown = `${title} ${role} ${from}`;
  if (shown !== wanted) blame(`${username} sees ${conversation} as ${shown}, and it is ${wanted}`);
}
