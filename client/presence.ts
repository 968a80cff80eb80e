import type { Action, Frame, Presence } from './contract/frame-types.ts';
import { folded } from './ids.ts';
import { type Changeable, type Observable, observable } from './observable.ts';
import type { Retry } from './retry.ts';

/** Undefined until it is known. It stays unknown for users without a common conversation. */
export type PresenceState = { readonly online: boolean; readonly lastSeen: string | null } | undefined;

export type PresenceStore = ReturnType<typeof createPresence>;

const MAX_WATCHED = 50;
/** A page that reloads, or a socket that is replaced after a cut, is offline for less than this. */
const OFFLINE_AFTER_MS = 5_000;
/**
 * The server lets a user watch the members of their inbox. The inbox follows the first message by about a second, or by
 * half a minute if its function was retried.
 */
const REWATCH_AFTER_MS = [2_000, 8_000, 30_000];

interface Options {
  readonly request: (action: Action) => Promise<Frame>;
  readonly isOnline: () => boolean;
  readonly retry: Retry;
}

/** The presence of users, as the server last reported it. */
export function createPresence({ request, isOnline, retry }: Options) {
  const states = new Map<string, Changeable<PresenceState>>();
  let watched: readonly string[] = [];
  /** The watched users that the server said nothing about: there is no conversation with them. */
  let refused: readonly string[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  const entry = (userId: string) => {
    const id = folded(userId);
    const known = states.get(id) ?? observable<PresenceState>(undefined);
    states.set(id, known);
    return known;
  };

  /** Users who are shown as online and have gone offline: shown soon, unless they come back in time. */
  const leaving = new Map<string, { next: PresenceState; readonly timer: ReturnType<typeof setTimeout> }>();
  const cancelLeave = (userId: string) => {
    clearTimeout(leaving.get(userId)?.timer);
    leaving.delete(userId);
  };
  const leaveSoon = (userId: string, next: PresenceState) => {
    const before = leaving.get(userId);
    if (before) {
      before.next = next;
      return;
    }
    const leave = () => {
      const last = leaving.get(userId)?.next;
      leaving.delete(userId);
      entry(userId).set(last);
    };
    leaving.set(userId, { next, timer: setTimeout(leave, OFFLINE_AFTER_MS) });
  };

  /** Sends the list of watched users. Without a connection, the next one sends it. */
  const sendWatch = async () => {
    const users = watched;
    const isWanted = () => users === watched && isOnline();
    // One at a time: API Gateway does not keep the order of frames in flight, and the last list must win.
    const inTurn = () => {
      const mine = turn.then(() => (isWanted() ? request({ action: 'presence.watch', users }) : undefined));
      turn = mine.catch(() => undefined);
      return mine;
    };
    const ask = async () => {
      const reply = await inTurn();
      if (users !== watched || reply?.type !== 'presence') return;
      const known = new Set(reply.users.map(({ user_id }) => user_id));
      refused = users.filter((user) => !known.has(user));
    };
    await retry.persist(ask, isWanted);
  };

  return {
    of: (userId: string): Observable<PresenceState> => entry(userId),
    update(users: readonly Presence[]): void {
      for (const { user_id, online, last_seen } of users) {
        const { value } = entry(user_id);
        const next = { online, lastSeen: last_seen };
        if (value?.online && !online) {
          leaveSoon(user_id, next);
          continue;
        }
        cancelLeave(user_id);
        if (value?.online === online && value.lastSeen === last_seen) continue;
        entry(user_id).set(next);
      }
    },
    /** Replaces the users whose presence is followed: those on the screen, 50 at most. */
    watch(users: readonly string[]): void {
      const next = [...new Set(users.map(folded))].slice(0, MAX_WATCHED);
      if (next.length === watched.length && next.every((user) => watched.includes(user))) return;
      watched = next;
      void sendWatch();
    },
    /** Watches a user again if the server has refused it: a conversation with them has begun. */
    async rewatch(userId: string): Promise<void> {
      for (const ms of REWATCH_AFTER_MS) {
        if (!refused.includes(userId)) return;
        await retry.wait(ms);
        if (refused.includes(userId)) await sendWatch();
      }
    },
    /** On a new socket: a watch lasts as long as its socket. */
    renew: () => (watched.length > 0 ? sendWatch() : undefined),
    reset(): void {
      watched = [];
      refused = [];
      for (const userId of leaving.keys()) cancelLeave(userId);
      for (const known of states.values()) known.set(undefined);
    },
  };
}
