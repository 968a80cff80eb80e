import type { Profile, ProfileChange } from './contract/http-types.ts';
import { fieldsOf } from './contract/request-fields.ts';
import { ParleyError } from './errors.ts';
import { type Observable, observable } from './observable.ts';
import type { Asking } from './session/asking.ts';
import { pageLock } from './session/lock.ts';

/** One's own profile. No frame tells that it was changed elsewhere: it is read again when it is looked at, and on reconnecting. */
export function createProfile({ as }: Asking) {
  const state = observable<Profile | undefined>(undefined);
  /** Changes are made one at a time: what the last one answers is what holds. */
  let inTurn = pageLock();
  /** Counts what begins and what ends of them: a profile that was asked for before is older. */
  let moves = 0;
  /** Counts users: what was asked for an earlier one is done for nobody. */
  let era = 0;

  const load = async (): Promise<Profile> => {
    const before = moves;
    const found = await as<Profile>('GET', '/users/me');
    if (before !== moves) return load();
    state.set(found);
    return found;
  };

  return {
    state: state as Observable<Profile | undefined>,
    load,
    change(change: ProfileChange): Promise<Profile> {
      const mine = era;
      return inTurn(async () => {
        if (mine !== era) throw new ParleyError('session_ended', 'Somebody else is logged in by now.');
        moves += 1;
        const changed = await as<Profile>('PATCH', '/users/me', fieldsOf('ProfileChange', change));
        moves += 1;
        state.set(changed);
        return changed;
      });
    },
    reset(): void {
      era += 1;
      inTurn = pageLock();
      state.set(undefined);
    },
  };
}
