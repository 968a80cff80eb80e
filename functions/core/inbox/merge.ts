import type { ConversationDetails, InboxCursor, InboxPosition } from './inbox.ts';

/** A position with the time by which pairs and groups are merged: that of its last message. */
export interface Dated extends InboxPosition {
  readonly time: string;
}

/** A conversation with its details, by its id. */
export type KnownDetails = ReadonlyMap<string, ConversationDetails>;

/** The positions of groups, newest first: the times of their last entries. */
export function positionsOfGroups(groups: KnownDetails): readonly Dated[] {
  return [...groups]
    .flatMap(([conversation, { topAt }]) =>
      topAt === undefined ? [] : [{ conversation, topAt, time: topAt }],
    )
    .toSorted(newestFirst);
}

/**
 * A pair that stays on top of the pairs keeps its position, so that a burst moves nothing. Where it stands among groups, its last
 * message tells.
 */
export function dated(position: InboxPosition, details: ConversationDetails | undefined): Dated {
  const isValid = details?.topAt === position.topAt;
  return { ...position, time: (isValid && details.last?.createdAt) || position.topAt };
}

export function isBehind(position: InboxPosition, cursor: InboxPosition | undefined): boolean {
  return cursor === undefined || newestFirst(position, cursor) > 0;
}

function newestFirst(one: InboxPosition, other: InboxPosition): number {
  return inOrder(other.topAt, one.topAt) || inOrder(other.conversation, one.conversation);
}

/** Compares times and ids, for a sort. */
export function inOrder(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

export interface Merged {
  readonly positions: readonly InboxPosition[];
  /** The last of each kind among them, or before them. */
  readonly cursor: InboxCursor;
  /** All are in it. */
  readonly isWhole: boolean;
}

/**
 * Merges pairs and groups, each in its own order, by the time of their last messages.
 * @param hasMorePairs there are pairs behind these. Then nothing is shown behind the last pair: they may stand before it.
 */
export function merge(
  pairs: readonly Dated[],
  groups: readonly Dated[],
  { limit, before, hasMorePairs }: { limit: number; before: InboxCursor; hasMorePairs: boolean },
): Merged {
  const positions: InboxPosition[] = [];
  let [nextPair, nextGroup] = [0, 0];
  while (positions.length < limit) {
    const [pair, group] = [pairs[nextPair], groups[nextGroup]];
    if (!pair && (hasMorePairs || !group)) break;
    const isPair = pair && (!group || pair.time >= group.time);
    positions.push((isPair ? pair : group) as Dated);
    if (isPair) nextPair += 1;
    else nextGroup += 1;
  }
  return {
    positions,
    cursor: { pair: pairs[nextPair - 1] ?? before.pair, group: groups[nextGroup - 1] ?? before.group },
    isWhole: nextPair === pairs.length && nextGroup === groups.length && !hasMorePairs,
  };
}
