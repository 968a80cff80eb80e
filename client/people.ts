import type { User, UserPage } from './contract/http-types.ts';
import type { ParleyError } from './errors.ts';
import { type Observable, observable } from './observable.ts';

export interface PeopleState {
  readonly query: string;
  readonly people: readonly User[];
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly error?: ParleyError;
}

const TYPING_PAUSE_MS = 200;
const NOTHING: PeopleState = { query: '', people: [], hasMore: false, isLoading: false };

/** Finds people by the beginning of their username, or everybody if the query is empty. */
export function createPeople(get: <T>(path: string) => Promise<T>) {
  const state = observable<PeopleState>(NOTHING);
  let next: string | null = null;
  let pause: ReturnType<typeof setTimeout> | undefined;
  /** Counts searches: only the results of the last one are shown. */
  let count = 0;

  const fetch = async (path: string, before: readonly User[]) => {
    const mine = count;
    try {
      const page = await get<UserPage>(path);
      if (mine !== count) return;
      next = page.next;
      const { query } = state.value;
      state.set({ query, people: [...before, ...page.results], hasMore: next !== null, isLoading: false });
    } catch (error) {
      if (mine === count) state.set({ ...state.value, isLoading: false, error: error as ParleyError });
    }
  };

  const begin = (query: string) => {
    count += 1;
    next = null;
    clearTimeout(pause);
    state.set({ ...NOTHING, query, people: state.value.people, isLoading: true });
  };

  return {
    state: state as Observable<PeopleState>,
    /** Call it at each key. The server is asked when the typing pauses. */
    search(query: string): void {
      begin(query);
      const search = query && `&search=${encodeURIComponent(query)}`;
      pause = setTimeout(() => void fetch(`/users?limit=20${search}`, []), TYPING_PAUSE_MS);
    },
    async more(): Promise<void> {
      const { people, isLoading, error, ...same } = state.value;
      if (next === null || isLoading) return;
      state.set({ ...same, people, isLoading: true });
      await fetch(`/users${new URL(next).search}`, people);
    },
    reset(): void {
      count += 1;
      clearTimeout(pause);
      next = null;
      state.set(NOTHING);
    },
  };
}
