import type { PeopleStore, Person } from '../accounts/account.ts';
import type { OwnConversation } from '../conversations/conversation.ts';
import type { Role } from '../conversations/rights.ts';
import {
  groupOf,
  ownGroup,
  type Roster,
  type RosterMember,
  type RosterStore,
} from '../conversations/roster.ts';
import { deliver, reachable, type TellDependencies } from '../delivery/deliver.ts';
import { Busy, ConversationNotFound, Unavailable } from '../errors.ts';
import { contentionOf } from '../messages/contention.ts';
import { nextRecent } from '../messages/find-earlier.ts';
import type { GroupEvent, LogEntry, MessageLog } from '../messages/message.ts';
import { type FramesFor, postsTo } from '../messages/send-message.ts';
import type { PresenceStore } from '../presence/presence.ts';

export interface GroupDependencies extends TellDependencies {
  readonly rosters: RosterStore;
  readonly log: Pick<MessageLog, 'last'>;
  readonly people: PeopleStore;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly newId: () => string;
  /** The same id for the same text. */
  readonly idOf: (text: string) => string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** What every change of a group needs. */
export type ChangeDependencies = TellDependencies &
  Pick<GroupDependencies, 'rosters' | 'log' | 'newId' | 'random'>;

/** The user who changes a group, and how the devices of its members are told. */
export interface Actor {
  readonly userId: string;
  readonly framesFor: FramesFor;
}

/** What is to become of a group, and what its log says of it. */
interface Next {
  readonly title?: string;
  readonly members?: readonly RosterMember[];
  readonly event: GroupEvent;
}

/** The group as it is, and the user's part in it. */
export interface Present {
  readonly roster: Roster;
  readonly own: OwnConversation;
  /** The number of the entry that will tell of the change. */
  readonly seq: number;
}

/**
 * Changes a group: one transaction stores the roster, the entry of the log that tells of it, and the memberships. Then the devices
 * of all members are told, and of those who are members no longer.
 * @param decide gives what is to become of the group; undefined if it is so already
 * @throws ConversationNotFound for somebody who is not in the group, and what `decide` throws
 * @throws Busy if others kept writing to the group; nothing was stored
 */
export async function changeGroup(
  dependencies: ChangeDependencies,
  id: string,
  actor: Actor,
  decide: (present: Present) => Promise<Next | undefined> | Next | undefined,
): Promise<Roster> {
  const { rosters, log, random, wait } = dependencies;
  const { maxTries, backoff } = contentionOf('');
  /** A change of ours whose answer was lost, until the roster tells whether it was stored. */
  let doubtful: Stored | undefined;
  for (let round = 1; ; round += 1) {
    const roster = await rosters.roster(id);
    if (roster && doubtful && isStored(doubtful, roster)) return tell(dependencies, actor, doubtful);
    const own = roster && ownGroup(roster, actor.userId);
    if (!own) throw new ConversationNotFound(id);
    const last = await log.last(groupOf(roster));
    const next = await decide({ roster, own, seq: (last?.seq ?? 0) + 1 });
    if (!next) return roster;
    const after = { ...roster, ...rosterOf(next, roster), version: roster.version + 1 };
    const stored = {
      own,
      before: roster,
      after,
      entry: eventEntry(dependencies, actor, after, last, next.event),
    };
    try {
      if (await rosters.apply(stored)) return await tell(dependencies, actor, stored);
    } catch (error) {
      // The write may have succeeded although its answer was lost: the next round sees it. A second lost answer is an outage.
      if (!(error instanceof Unavailable) || doubtful) throw error;
      doubtful = stored;
    }
    if (round >= maxTries) throw new Busy();
    await wait(random() * backoff(round));
  }
}

interface Stored {
  readonly own: OwnConversation;
  readonly before: Roster | undefined;
  readonly after: Roster;
  readonly entry: LogEntry;
}

/** Nobody else makes the same change as the same version, but another member who does the same at the same moment. */
function isStored({ after }: Stored, { version, title, members }: Roster): boolean {
  return (
    version === after.version &&
    title === after.title &&
    JSON.stringify(members) === JSON.stringify(after.members)
  );
}

function rosterOf({ title, members }: Next, roster: Roster): Pick<Roster, 'title' | 'members'> {
  return { title: title ?? roster.title, members: members ?? roster.members };
}

/** The entry of a group's log that tells what happened to it. It carries on what each entry carries. */
export function eventEntry(
  { newId, now }: Pick<GroupDependencies, 'newId' | 'now'>,
  { userId }: Pick<Actor, 'userId'>,
  { id, version }: Pick<Roster, 'id' | 'version'>,
  last: LogEntry | undefined,
  event: GroupEvent,
): LogEntry {
  const entryId = newId();
  return {
    id: entryId,
    conversation: id,
    seq: (last?.seq ?? 0) + 1,
    senderId: userId,
    text: '',
    event,
    read: 0,
    createdAt: now().toISOString(),
    counts: last?.counts ?? {},
    events: (last?.events ?? 0) + 1,
    roster: version,
    rates: last?.rates ?? {},
    recent: nextRecent(last?.recent ?? new Uint8Array(), entryId),
  };
}

/** The change is stored, so no failure of this rejects. */
export async function tell(
  dependencies: TellDependencies,
  { framesFor }: Actor,
  { own, before, after, entry }: Stored,
): Promise<Roster> {
  const hearers = new Set([...(before ? groupOf(before).members : []), ...groupOf(after).members]);
  const devices = (await reachable(dependencies, [...hearers])).flat();
  const hearing = devices.filter(({ conversation }) => conversation === '');
  await deliver(dependencies, postsTo(hearing, [entry], own, framesFor));
  return after;
}

/** A member of a group as other members see them. */
export interface GroupMember extends Person {
  readonly role: Role;
}

/** The people of a group, in the order of their numbers. Eventually consistent. */
export async function peopleIn(
  { people }: Pick<GroupDependencies, 'people'>,
  { members }: Roster,
): Promise<{ readonly members: readonly GroupMember[]; readonly former: readonly Person[] }> {
  const found = await people.peopleOf(members.map(({ userId }) => userId));
  const all = members.flatMap(({ role }, i) => (found[i] ? [{ ...found[i], role }] : []));
  return {
    members: all.flatMap(({ role, ...person }) => (role ? [{ ...person, role }] : [])),
    former: all.flatMap(({ role, ...person }) => (role ? [] : [person])),
  };
}
