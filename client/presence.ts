import type { Action, Frame, Presence } from './contract/frame-types.ts';
import { folded } from './ids.ts';
import { type Changeable, type Observable, observable } from './observable.ts';
import type { Pauses } from './retrying/pauses.ts';
import { persist } from './retrying/persist.ts';

/** Undefined until it is known: nobody knows a person whom they share no conversation with. */
export type PresenceState = { readonly online: boolean; readonly lastSeen: string | null } | undefined;

export type PresenceBook = ReturnType<typeof createPresence>;

const MOST_WATCHED = 50;
/** A page that is reloaded, or a socket that is replaced after a cut, is offline for less than this. */
const GONE_AFTER_MS = 5_000;
/**
 * Who may be watched is in the server's inbox, which follows the first message by about a second, and by half a minute
 * where its function had to be tried again.
 */
const MET_AFTER_MS = [2_000, 8_000, 30_000];

interface Options {
  readonly request: (action: Action) => Promise<Frame>;
  readonly isOnline: () => boolean;
  readonly random: () => number;
  readonly pauses: Pauses;
}

export function createPresence({ request, isOnline, random, pauses }: Options) {
  const people = new Map<string, Changeable<PresenceState>>();
  let watched: readonly string[] = [];
  /** Of those, whom the server does not let watch: there is no conversation with them. */
  let strangers: readonly string[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  const entry = (userId: string) => {
    const id = folded(userId);
    const known = people.get(id) ?? observable<PresenceState>(undefined);
    people.set(id, known);
    return known;
  };

  /** Of people shown as online, the word that they have gone: shown unless another one comes in time. */
  const leaving = new Map<string, { word: PresenceState; readonly timer: ReturnType<typeof setTimeout> }>();
  const stay = (userId: string) => {
    clearTimeout(leaving.get(userId)?.timer);
    leaving.delete(userId);
  };
  const leave = (userId: string, word: PresenceState) => {
    const before = leaving.get(userId);
    if (before) {
      before.word = word;
      return;
    }
    const go = () => {
      const last = leaving.get(userId)?.word;
      leaving.delete(userId);
      entry(userId).set(last);
    };
    leaving.set(userId, { word, timer: setTimeout(go, GONE_AFTER_MS) });
  };

  /** Without a line, the next one's opening asks again. */
  const refresh = async () => {
    const users = watched;
    const isWanted = () => users === watched && isOnline();
    // API Gateway does not keep the order of frames in flight: the last list has to be the last one.
    const inTurn = () => {
      const mine = turn.then(() => (isWanted() ? request({ action: 'presence.watch', users }) : undefined));
      turn = mine.catch(() => undefined);
      return mine;
    };
    const ask = async () => {
      const reply = await inTurn();
      if (users !== watched || reply?.type !== 'presence') return;
      const told = new Set(reply.users.map(({ user_id }) => user_id));
      strangers = users.filter((user) => !told.has(user));
    };
    await persist(ask, { isWanted, random, pauses });
  };

  return {
    of: (userId: string): Observable<PresenceState> => entry(userId),
    learn(users: readonly Presence[]): void {
      for (const { user_id, online, last_seen } of users) {
        const { value } = entry(user_id);
        const word = { online, lastSeen: last_seen };
        if (value?.online && !online) {
          leave(user_id, word);
          continue;
        }
        stay(user_id);
        if (value?.online === online && value.lastSeen === last_seen) continue;
        entry(user_id).set(word);
      }
    },
    /** Replaces whose comings and goings are followed: those on the screen, 50 at most. */
    watch(users: readonly string[]): void {
      const next = [...new Set(users.map(folded))].slice(0, MOST_WATCHED);
      if (next.length === watched.length && next.every((user) => watched.includes(user))) return;
      watched = next;
      void refresh();
    },
    /** A conversation with them has begun. */
    async met(userId: string): Promise<void> {
      for (const ms of MET_AFTER_MS) {
        if (!strangers.includes(userId)) return;
        await pauses.wait(ms);
        if (strangers.includes(userId)) await refresh();
      }
    },
    /** A watch lives as long as its socket. */
    renew: () => (watched.length > 0 ? refresh() : undefined),
    reset(): void {
      watched = [];
      strangers = [];
      for (const userId of leaving.keys()) stay(userId);
      for (const known of people.values()) known.set(undefined);
    },
  };
}
