import { foldUsername } from '../../../functions/core/accounts/account.ts';
import type { Directory, DirectoryEntry, DirectoryList } from '../../../functions/core/accounts/directory.ts';
import { id } from './people.ts';

/** The lists of people in memory. */
export function memoryDirectory(
  lists: Readonly<Partial<Record<DirectoryList, readonly DirectoryEntry[]>>>,
): Directory {
  const sorted = (list: DirectoryList) =>
    [...(lists[list] ?? [])].sort((a, b) => (foldUsername(a.username) < foldUsername(b.username) ? -1 : 1));
  return {
    async page(list, { limit, from, backwards }) {
      const fits = ({ username }: DirectoryEntry) =>
        from === undefined || (backwards ? foldUsername(username) < from : foldUsername(username) > from);
      const found = sorted(list).filter(fits);
      return backwards ? found.slice(-limit) : found.slice(0, limit);
    },
    count: async (list) => lists[list]?.length ?? 0,
  };
}

/** `count` people named u000, u001 … in the order of their names. */
export function crowd(count: number): DirectoryEntry[] {
  return Array.from({ length: count }, (_, i) => ({ id: id(i), username: `u${String(i).padStart(3, '0')}` }));
}
