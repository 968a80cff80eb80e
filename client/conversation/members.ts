import type { GroupConversation, Role, User } from '../contract/http-types.ts';
import { hasCode } from '../errors.ts';
import { isGroupId, pathOf } from '../ids.ts';
import { singleFlight } from '../locks.ts';
import { type Observable, observable } from '../observable.ts';
import type { Retry } from '../retry.ts';

/** Somebody who is, or was, in a group. */
export interface Member extends User {
  /** Absent for those who were in it. */
  readonly role?: Role;
}

/** What a group says of itself. Empty if it says nothing. */
export interface About {
  readonly description: string;
  /** The https URL of a picture. */
  readonly picture: string;
}

const NOTHING: About = { description: '', picture: '' };

interface Options {
  readonly id: string;
  readonly get: <T>(path: string) => Promise<T>;
  readonly retry: Retry;
  /** Somebody looks at the group. */
  readonly isWanted: () => boolean;
  readonly onLoaded: (entry: GroupConversation, mark: number) => void;
  /** That of the settings. */
  readonly mark: () => number;
  /** The user is not in the group. */
  readonly onGone: () => void;
}

/**
 * The people of a group and its description, as long as somebody looks at it. The log tells when they change. They are then read
 * again, because an event has no names.
 */
export function createMembers({ id, get, retry, isWanted, onLoaded, onGone, mark }: Options) {
  const list = observable<readonly Member[]>([]);
  const about = observable(NOTHING);
  const loading = singleFlight();
  /** Counts what may have changed them, and how much of that the list has. */
  let told = 1;
  let held = 0;
  /** Counts the times that it has begun anew. */
  let generation = 0;

  const isBehind = () => isGroupId(id) && held < told && isWanted();
  const load = async () => {
    const mine = generation;
    try {
      while (mine === generation && isBehind()) {
        const asked = told;
        const asOf = mark();
        const entry = await get<GroupConversation>(pathOf(id));
        if (mine !== generation) return;
        held = asked;
        list.set([...(entry.members ?? []), ...(entry.former ?? [])]);
        const { description = '', picture = '' } = entry;
        about.set({ description, picture });
        onLoaded(entry, asOf);
      }
    } catch (error) {
      if (mine === generation && hasCode(error, 'conversation_not_found')) onGone();
      throw error;
    }
  };
  /** Reads them if they may have changed. Without a connection, the next one continues. */
  const follow = () => {
    if (isBehind()) void loading.run(() => retry.persist(load, isBehind));
  };

  return {
    list: list as Observable<readonly Member[]>,
    about: about as Observable<About>,
    follow,
    /** They may have changed. */
    outdate(): void {
      told += 1;
      follow();
    },
    reset(): void {
      generation += 1;
      told += 1;
      loading.reset();
      list.set([]);
      about.set(NOTHING);
    },
  };
}
