import { Unavailable } from '../../../functions/core/errors.ts';
import type { PublicKey } from '../../../functions/core/sessions/session.ts';

/** The published keys in memory; `reads` counts, `isDown` makes them unreadable. */
export function memoryKeys(...initial: readonly PublicKey[]) {
  const state = {
    keys: initial as readonly PublicKey[],
    reads: 0,
    writes: 0,
    isDown: false,
    async read() {
      state.reads += 1;
      if (state.isDown) throw new Unavailable();
      return state.keys;
    },
    async write(keys: readonly PublicKey[]) {
      state.writes += 1;
      state.keys = keys;
    },
  };
  return state;
}
