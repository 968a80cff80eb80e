import type { BlockList, User } from './contract/http-types.ts';
import { ParleyError } from './errors.ts';
import { folded, isId } from './ids.ts';
import { type Changeable, type Observable, observable } from './observable.ts';
import type { Api } from './session/api.ts';

export type BlockStore = ReturnType<typeof createBlocks>;

/** Whom the user blocks, as the server last reported it. */
export function createBlocks({ get, request }: Pick<Api, 'get' | 'request'>) {
  const states = new Map<string, Changeable<boolean | undefined>>();

  const entry = (userId: string) => {
    const id = folded(userId);
    const known = states.get(id) ?? observable<boolean | undefined>(undefined);
    states.set(id, known);
    return known;
  };

  const change = async (method: 'PUT' | 'DELETE', userId: string): Promise<void> => {
    // With a dot, the path would be another one.
    if (!isId(userId)) throw new ParleyError('user_not_found', 'This is not the id of a user.');
    await request(method, `/users/${userId}/block`);
    entry(userId).set(method === 'PUT');
  };

  return {
    /** Undefined until it is known. */
    of: (userId: string): Observable<boolean | undefined> => entry(userId),
    update: ({ id, blocked = false }: { readonly id: string; readonly blocked?: boolean }): void =>
      entry(id).set(blocked),
    add: (userId: string): Promise<void> => change('PUT', userId),
    remove: (userId: string): Promise<void> => change('DELETE', userId),
    async list(): Promise<readonly User[]> {
      const { results } = await get<BlockList>('/users/me/blocks');
      for (const { id } of results) entry(id).set(true);
      return results;
    },
    reset(): void {
      for (const state of states.values()) state.set(undefined);
    },
  };
}
