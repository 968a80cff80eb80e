import { hasCode, ParleyError } from '../errors.ts';
import type { HttpRequest } from './http.ts';
import type { Session } from './session.ts';

export type Api = ReturnType<typeof createApi>;

export const otherUser = () => new ParleyError('session_ended', 'Another user has logged in meanwhile.');

/** The HTTP API for the user who is logged in. */
export function createApi(http: HttpRequest, session: Pick<Session, 'access' | 'refresh'>) {
  /** Counts users: a response for an earlier user is dropped. */
  let generation = 0;

  /** If the server refuses the access token, replaces it and tries once more. */
  const request = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const mine = generation;
    const current = <V>(value: V): V => {
      if (mine !== generation) throw otherUser();
      return value;
    };
    const token = current(await session.access());
    try {
      return current(await http<T>(method, path, { token, body }));
    } catch (error) {
      if (!hasCode(error, 'token_expired', 'token_invalid', 'not_authenticated')) throw error;
      const next = current(await session.refresh(token));
      return current(await http<T>(method, path, { token: next, body }));
    }
  };

  return {
    request,
    get: <T>(path: string): Promise<T> => request<T>('GET', path),
    reset(): void {
      generation += 1;
    },
  };
}
