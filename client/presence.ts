import type { Action, Presence } from './frame-types.ts';
import { type Changeable, type Observable, observable } from './observable.ts';
import type { Pause } from './pauses.ts';
import { persist } from './persist.ts';

/** Undefined until it is known: nobody knows a person whom they share no conversation with. */
export type PresenceState = { readonly online: boolean; readonly lastSeen: string | null } | undefined;

export type PresenceBook = ReturnType<typeof createPresence>;

const MOST_WATCHED = 50;

interface Options {
  readonly request: (action: Action) => Promise<unknown>;
  readonly isOnline: () => boolean;
  readonly random: () => number;
  readonly pause: Pause;
}

export function createPresence({ request, isOnline, random, pause }: Options) {
  const people = new Map<string, Changeable<PresenceState>>();
  let watched: readonly string[] = [];

  const entry = (userId: string) => {
    const known = people.get(userId) ?? observable<PresenceState>(undefined);
    people.set(userId, known);
    return known;
  };
  /** Without a line, the next one's opening asks again. */
  const refresh = async () => {
    const users = watched;
    const isWanted = () => users === watched && isOnline();
    await persist(() => request({ action: 'presence.watch', users }), { isWanted, random, pause });
  };

  return {
    of: (userId: string): Observable<PresenceState> => entry(userId),
    learn(users: readonly Presence[]): void {
      for (const { user_id, online, last_seen } of users) {
        const { value } = entry(user_id);
        if (value?.online === online && value.lastSeen === last_seen) continue;
        entry(user_id).set({ online, lastSeen: last_seen });
      }
    },
    /** Replaces whose comings and goings are followed: those on the screen, 50 at most. */
    watch(users: readonly string[]): void {
      const next = [...new Set(users)].slice(0, MOST_WATCHED);
      if (next.length === watched.length && next.every((user) => watched.includes(user))) return;
      watched = next;
      void refresh();
    },
    /** A watch lives as long as its socket. */
    renew: () => (watched.length > 0 ? refresh() : undefined),
    reset(): void {
      watched = [];
      for (const known of people.values()) known.set(undefined);
    },
  };
}
