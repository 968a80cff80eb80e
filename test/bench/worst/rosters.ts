import { profileKey, rosterKey } from '../../../functions/storage/keys.ts';
import { packIds } from '../../../functions/storage/packed-ids.ts';
import { packNumbers } from '../../../functions/storage/packed-numbers.ts';
import { storeAll } from '../../support/runtime-table.ts';
import type { WorstScene } from './scene.ts';

/** The longest titles, of four bytes a character. */
export const [TITLE, OTHER_TITLE] = ['🦀', '🐙'].map((character) => character.repeat(100)) as [
  string,
  string,
];

/**
 * Gives a group another roster, and names to those in it who have no account. To add so many one by one would take minutes.
 * @param roles a letter each, as the roster has them
 */
export async function storeRoster(
  scene: WorstScene,
  group: string,
  { ids, roles, strangers }: { ids: readonly string[]; roles: string; strangers: readonly string[] },
): Promise<void> {
  const roster = {
    ...{ ...rosterKey(group), version: 1, title: TITLE, history: 'all', roles },
    ids: packIds(ids),
    from: packNumbers(ids.map(() => 1)),
  };
  const profiles = strangers.map((one) => ({ ...profileKey(one), ...scene.newcomer(), id: one }));
  await storeAll(scene.runtime, [roster, ...profiles]);
}
