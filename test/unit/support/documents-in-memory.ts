import { execute } from '../../simulation/support/table/execute.ts';
import { State } from '../../simulation/support/table/state.ts';
import { documents } from './table.ts';

/** Has the document client of this test file work on a table in memory: for entries, which open their own table. */
export function documentsInMemory() {
  const state = new State();
  documents.reset();
  documents.send.callsFake((async (command: object) => execute(state, command)) as () => Promise<never>);
  return {
    state,
    store(item: object) {
      const { pk, sk } = item as { pk: string; sk: string };
      state.set({ pk, sk }, item as Record<string, unknown>);
    },
  };
}
