import { fieldsOf, type Profile, type ProfileChange } from './contract/http-types.ts';
import { pageLock } from './locks.ts';
import { type Observable, observable } from './observable.ts';
import { type Api, otherUser } from './session/api.ts';

/**
 * The user's own profile. No frame reports a change on another device, so it is read again on demand and on
 * reconnecting.
 */
export function createProfile({ request }: Api) {
  const state = observable<Profile | undefined>(undefined);
  /** Changes run one at a time, so the last response is the current profile. */
  let inTurn = pageLock();
  /** Counts the starts and ends of changes: a profile that was requested before one may be out of date. */
  let moves = 0;
  /** Counts users: a change that an earlier user asked for is not made. */
  let generation = 0;

  const load = async (): Promise<Profile> => {
    const before = moves;
    const found = await request<Profile>('GET', '/users/me');
    if (before !== moves) return load();
    state.set(found);
    return found;
  };

  return {
    state: state as Observable<Profile | undefined>,
    load,
    change(change: ProfileChange): Promise<Profile> {
      const mine = generation;
      return inTurn(async () => {
        if (mine !== generation) throw otherUser();
        moves += 1;
        const changed = await request<Profile>('PATCH', '/users/me', fieldsOf('ProfileChange', change));
        moves += 1;
        state.set(changed);
        return changed;
      });
    },
    reset(): void {
      generation += 1;
      inTurn = pageLock();
      state.set(undefined);
    },
  };
}
