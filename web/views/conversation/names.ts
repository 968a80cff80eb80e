import type { Member, User } from '@parley/client';
import { texts } from '../../texts.ts';

/** The names of those who write in a conversation. The same object as long as they do not change. */
export interface Names {
  readonly ownId: string;
  readonly isGroup: boolean;
  /** That of the user is “You”. */
  of(id: string): string;
  /** Undefined if the user is not known yet. */
  find(id: string): User | undefined;
}

/** In a conversation of two: whoever is not the user is the other one. */
export const pairNames = (ownId: string, peer: User): Names => ({
  ownId,
  isGroup: false,
  of: (id) => (id === ownId ? texts.conversation.own : peer.username),
  find: () => (peer.username === '' ? undefined : peer),
});

export function groupNames(ownId: string, members: readonly Member[]): Names {
  const known = new Map(members.map((member) => [member.id, member]));
  return {
    ownId,
    isGroup: true,
    // They may still be loading.
    of: (id) => (id === ownId ? texts.conversation.own : (known.get(id)?.username ?? '…')),
    find: (id) => known.get(id),
  };
}
