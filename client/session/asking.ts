import { hasCode, ParleyError } from '../errors.ts';
import type { Ask } from './http.ts';
import type { Session } from './session.ts';

export type Asking = ReturnType<typeof createAsking>;

/** The HTTP API as the user who is logged in. */
export function createAsking(ask: Ask, session: Pick<Session, 'access' | 'refresh'>) {
  /** Counts users: an answer for an earlier one is nobody's. */
  let era = 0;

  /** A token that the server refuses is replaced, once. */
  const as = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const mine = era;
    const current = <V>(value: V): V => {
      if (mine !== era) throw new ParleyError('session_ended', 'Somebody else is logged in by now.');
      return value;
    };
    const token = current(await session.access());
    try {
      return current(await ask<T>(method, path, { token, body }));
    } catch (error) {
      if (!hasCode(error, 'token_expired', 'token_invalid', 'not_authenticated')) throw error;
      const next = current(await session.refresh(token));
      return current(await ask<T>(method, path, { token: next, body }));
    }
  };

  return {
    as,
    get: <T>(path: string): Promise<T> => as<T>('GET', path),
    reset(): void {
      era += 1;
    },
  };
}
