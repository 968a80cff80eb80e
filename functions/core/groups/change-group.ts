import type { PeopleStore, Person } from '../accounts/account.ts';
import type { OwnConversation } from '../conversations/conversation.ts';
import type { OwnWho, Role } from '../conversations/rights.ts';
import {
  type About,
  type AboutReader,
  groupOf,
  ownGroup,
  type Roster,
  type RosterChange,
  type RosterMember,
  type RosterStore,
} from '../conversations/roster.ts';
import { type TellDependencies, tellDevices } from '../delivery/deliver.ts';
import { Busy, ConversationNotFound, type ParleyError, Unavailable } from '../errors.ts';
import { contentionOfGroup } from '../messages/contention.ts';
import { nextRecent } from '../messages/find-earlier.ts';
import type { GroupEvent, LogEntry, Message, MessageLog } from '../messages/message.ts';
import type { PresenceStore } from '../presence/presence.ts';

export interface GroupDependencies extends TellDependencies {
  readonly rosters: RosterStore;
  readonly abouts: AboutReader;
  readonly log: Pick<MessageLog, 'last' | 'at'>;
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

/** The user who changes a group, and the frame that tells the devices of its members. */
export interface Actor {
  readonly userId: string;
  readonly frameFor: (entry: Message) => string;
}

/** What is to become of a group, and what its log says of it. */
interface Next extends Pick<RosterChange, 'invitations'> {
  readonly title?: string;
  /** `undefined` gives every right its default. */
  readonly who?: OwnWho | undefined;
  readonly about?: About | undefined;
  readonly members?: readonly RosterMember[];
  readonly event: GroupEvent;
}

/** What a group says of itself, at most: 500 characters of four bytes, and an address. */
const ABOUT_KB = 3;

/** Undefined if the group is so already. */
type Decision = Promise<Next | undefined> | Next | undefined;

/** @param seq the number of the entry that will tell of the change */
type Decide = (seq: number) => Decision;

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
  decide: (present: Present) => Decision,
): Promise<Roster> {
  const strange = new ConversationNotFound(id);
  return changeRoster(dependencies, id, actor, strange, (roster) => {
    const own = ownGroup(roster, actor.userId);
    if (!own) throw strange;
    return (seq) => decide({ roster, own, seq });
  });
}

/**
 * The same for a user who need not be in the group yet.
 * @param strange what is thrown if the group does not exist
 * @param admit checks what can be checked without the log, and gives how to decide; undefined if there is nothing to change
 */
export async function changeRoster(
  dependencies: ChangeDependencies,
  id: string,
  actor: Actor,
  strange: ParleyError,
  admit: (roster: Roster) => Promise<Decide | undefined> | Decide | undefined,
): Promise<Roster> {
  const { rosters, log, random, wait } = dependencies;
  /** A change of ours whose answer was lost, until the log tells whether it was stored. */
  let doubtful: RosterChange | undefined;
  for (let round = 1; ; round += 1) {
    const roster = await rosters.roster(id);
    let tried: RosterChange | undefined;
    try {
      if (roster && doubtful && (await isStored(dependencies, roster, doubtful))) {
        return await tell(dependencies, actor, doubtful);
      }
      if (!roster) throw strange;
      const decide = await admit(roster);
      const last = decide && (await log.last(groupOf(roster)));
      const next = await decide?.((last?.seq ?? 0) + 1);
      if (!next) return roster;
      const { event, about, invitations, ...changed } = next;
      const after = { ...roster, ...changed, version: roster.version + 1 };
      const entry = eventEntry(dependencies, actor, after, last, event);
      tried = { before: roster, after, about, entry, invitations };
      if (await rosters.apply(tried)) return await tell(dependencies, actor, tried);
    } catch (error) {
      // The write may have succeeded although its answer was lost: the next round sees it. A second lost answer is an outage.
      const isLost = error instanceof Unavailable && tried && !doubtful;
      // The log is busy for a reader of an older roster. The next round reads it anew.
      if (!isLost && !(error instanceof Busy)) throw error;
      doubtful ??= tried;
    }
    const { maxTries, backoff } = contentionOfGroup(roster?.members.length ?? 1, weightOf(tried));
    if (round >= maxTries) throw new Busy();
    await wait(random() * backoff(round));
  }
}

/** What it writes beside the roster and the entry, in items of 1 KB. The invitations are as large as two. */
function weightOf(tried: RosterChange | undefined): number {
  if (tried?.about) return ABOUT_KB;
  return tried?.invitations ? 2 : 1;
}

/** Whether the log has the entry of this very change: another member may have made the same one at the same moment. */
export async function isStored(
  { log }: Pick<ChangeDependencies, 'log'>,
  present: Roster,
  { entry }: Pick<RosterChange, 'entry'>,
): Promise<boolean> {
  const [found] = await log.at(groupOf(present), [entry.seq]);
  return found?.id === entry.id;
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
    ...(last?.alls && { alls: last.alls }),
    events: (last?.events ?? 0) + 1,
    roster: version,
    rates: last?.rates ?? {},
    recent: nextRecent(last?.recent ?? new Uint8Array(), entryId),
  };
}

/** The change is stored, so no failure of this rejects. */
export async function tell(
  dependencies: TellDependencies,
  { frameFor }: Actor,
  { before, after, entry }: RosterChange,
): Promise<Roster> {
  const hearers = new Set([...(before ? groupOf(before).members : []), ...groupOf(after).members]);
  await tellDevices(dependencies, [...hearers], frameFor(entry));
  return after;
}

/** A member of a group as other members see them. */
export interface GroupMember extends Person {
  readonly role: Role;
}

/** Those who are, and who were, in a group. */
export interface GroupPeople {
  readonly members: readonly GroupMember[];
  readonly former: readonly Person[];
}

/** The people of a group, in the order of their numbers. Eventually consistent. */
export async function peopleIn(
  { people }: Pick<GroupDependencies, 'people'>,
  { members }: Roster,
): Promise<GroupPeople> {
  const found = await people.peopleOf(members.map(({ userId }) => userId));
  const present: GroupMember[] = [];
  const former: Person[] = [];
  members.forEach(({ role }, i) => {
    const person = found[i];
    if (person && role) present.push({ ...person, role });
    else if (person) former.push(person);
  });
  return { members: present, former };
}
