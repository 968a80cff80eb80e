import { type OwnConversation, pairId, selfOf } from '../conversations/conversation.ts';

/** Whether a user has a device connected. */
export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  /** When the last device disconnected, ISO 8601 UTC. Absent while the user is online, and before they ever were. */
  readonly lastSeen?: string | undefined;
}

export interface StoredPresence extends Presence {
  /** The user does not want it shown. */
  readonly hidden: boolean;
  /** The account is deleted. */
  readonly deleted?: true | undefined;
  /** Ids of those whom the user blocks. Nobody else may learn them. */
  readonly blocks?: readonly string[] | undefined;
}

/** The presence of a user, for another user who wants to see it. */
export interface SeenPresence extends StoredPresence {
  /** The viewer blocks this user. */
  readonly isBlocked: boolean;
  /** One of the two blocks the other. */
  readonly isApart: boolean;
}

export interface PresenceStore {
  /** In the order asked. A user who never connected is offline. */
  of(userIds: readonly string[]): Promise<readonly StoredPresence[]>;
  /** Stores whether a user is online, if that has changed. */
  set(userId: string, online: boolean, now: Date): Promise<void>;
  hide(userId: string, hidden: boolean): Promise<void>;
}

/** A device that wants to know the presence of a user. */
export interface Watcher {
  readonly userId: string;
  readonly connectionId: string;
}

/** The users whom a device watches. */
export interface WatchList {
  readonly watcher: Watcher;
  readonly userIds: readonly string[];
}

export interface WatchStore {
  watchersOf(userId: string, now: Date): Promise<readonly Watcher[]>;
  /** The list of each device of a user. */
  listsOf(userId: string, now: Date): Promise<readonly WatchList[]>;
  /** Replaces the list of users that a device watches. */
  watch(watcher: Watcher, userIds: readonly string[], now: Date): Promise<void>;
  /** Deletes the list of a device that has disconnected. */
  unwatch(watcher: Watcher): Promise<void>;
}

export interface MembershipCheck {
  /** The ids of those conversations that are in the user's inbox. */
  among(userId: string, conversations: readonly string[]): Promise<ReadonlySet<string>>;
}

/** What others may see. Users who hide their presence always appear offline. */
export function visiblePresence({ userId, online, lastSeen, hidden }: StoredPresence): Presence {
  if (hidden) return { userId, online: false };
  return { userId, online, ...(lastSeen !== undefined && !online && { lastSeen }) };
}

type Blocking = Pick<StoredPresence, 'userId' | 'blocks'>;

const blocksOther = ({ blocks = [] }: Blocking, { userId }: Blocking): boolean => blocks.includes(userId);

/** Whether one of two users blocks the other. */
export function areApart(one: Blocking, other: Blocking): boolean {
  return blocksOther(one, other) || blocksOther(other, one);
}

/**
 * The presence of other users as one user may see it. Who hides their own sees nobody's: for them, everybody hides it. A block hides
 * it from both sides. It costs the read of one more small item.
 */
export async function presencesFor(
  presences: Pick<PresenceStore, 'of'>,
  viewerId: string,
  userIds: readonly string[],
): Promise<readonly SeenPresence[]> {
  if (userIds.length === 0) return [];
  const [viewer, ...others] = await presences.of([viewerId, ...userIds]);
  if (!viewer) return [];
  return others.map((other) => {
    const isApart = areApart(viewer, other);
    const hidden = viewer.hidden || other.hidden || isApart;
    return { ...other, hidden, isBlocked: blocksOther(viewer, other), isApart };
  });
}

/** Those of some users who may see the presence of one user: all who show their own, unless there is a block between the two. */
export async function whoMaySee(
  presences: Pick<PresenceStore, 'of'>,
  seen: StoredPresence,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await presences.of(userIds);
  return new Set(
    found.filter((viewer) => !viewer.hidden && !areApart(viewer, seen)).map(({ userId }) => userId),
  );
}

/** Of the user who asks, and of the other members who have no block with them. */
async function presencesIn(presences: Pick<PresenceStore, 'of'>, conversation: OwnConversation) {
  const found = await presences.of(conversation.members);
  const self = found.find(({ userId }) => userId === selfOf(conversation)) as StoredPresence;
  return { self, others: found.filter((one) => one !== self && !areApart(one, self)) };
}

/**
 * The other members who may be told what shows that a user is online: all who show their own presence and have no block with the
 * user, or undefined if the user hides theirs.
 */
export async function othersWhoMaySee(
  presences: Pick<PresenceStore, 'of'>,
  conversation: OwnConversation,
): Promise<readonly string[] | undefined> {
  const { self, others } = await presencesIn(presences, conversation);
  if (self.hidden) return undefined;
  return others.filter(({ hidden }) => !hidden).map(({ userId }) => userId);
}

/** The other members who may be told what a user does: all who have no block with the user. */
export async function othersNotApart(
  presences: Pick<PresenceStore, 'of'>,
  conversation: OwnConversation,
): Promise<readonly string[]> {
  const { others } = await presencesIn(presences, conversation);
  return others.map(({ userId }) => userId);
}

export interface WatchDependencies {
  readonly memberships: MembershipCheck;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly watches: Pick<WatchStore, 'watch'>;
  readonly now: () => Date;
}

/**
 * Replaces the list of users that a device watches, and returns their presence. A user can watch only people with whom they have
 * a conversation. All others are left out.
 */
export async function watchPresence(
  { memberships, presences, watches, now }: WatchDependencies,
  watcher: Watcher,
  userIds: readonly string[],
): Promise<readonly Presence[]> {
  const others = [...new Set(userIds)].filter((userId) => userId !== watcher.userId);
  const conversationWith = (userId: string) => pairId(watcher.userId, userId);
  const shared = await memberships.among(watcher.userId, others.map(conversationWith));
  const watched = others.filter((userId) => shared.has(conversationWith(userId)));
  // The list is stored before the presence is read: a change in between is then told, at worst twice.
  await watches.watch(watcher, watched, now());
  return (await presencesFor(presences, watcher.userId, watched)).map(visiblePresence);
}
