import { hasCode, ParleyError } from './errors.ts';
import type { Ask } from './http.ts';
import type { Credentials, TokenPair, User } from './http-types.ts';
import { observable } from './observable.ts';
import type { TokenStore, Tokens } from './token-store.ts';

/** Who is logged in. `ended`: the server ended the session, or its time has run out. */
export type SessionState =
  | { readonly state: 'unknown' | 'out' | 'ended'; readonly user?: undefined }
  | { readonly state: 'in'; readonly user: User };

export type Session = ReturnType<typeof createSession>;

interface Dependencies {
  readonly ask: Ask;
  readonly store: TokenStore;
  readonly now: () => number;
}

/** A token is replaced when a minute of it is left, or a fifth of its life where that is less. */
const MARGIN_MS = 60_000;

export function createSession({ ask, store, now }: Dependencies) {
  const state = observable<SessionState>({ state: 'unknown' });
  let tokens: Tokens | undefined;
  let refreshing: Promise<string> | undefined;

  const adopt = (next: Tokens) => {
    tokens = next;
    const user = claimsOf(next.access);
    if (state.value.user?.id !== user.id)
      state.set({ state: 'in', user: { id: user.id, username: user.username } });
  };

  const leave = async (how: 'out' | 'ended') => {
    tokens = undefined;
    state.set({ state: how });
  };

  const dated = (pair: TokenPair): Tokens => ({
    access: pair.access,
    refresh: pair.refresh,
    since: now(),
    lifetime: claimsOf(pair.access).lifetime,
  });

  const freshFor = ({ since, lifetime }: Tokens) => {
    const age = now() - since;
    // A clock that was set back says nothing about the token.
    return age < 0 ? 0 : lifetime - Math.min(MARGIN_MS, lifetime / 5) - age;
  };

  const ended = () => new ParleyError('session_ended', 'The session has ended. Log in again.');

  /** Under the lock: whoever waited for it finds what the other one got. */
  const exchange = async (stale: string): Promise<string> => {
    const held = await store.load();
    if (!tokens) throw new ParleyError('not_logged_in', 'Log in first.');
    if (!held || (state.value.user && claimsOf(held.access).id !== state.value.user.id)) {
      await leave('ended');
      throw ended();
    }
    if (held.access !== stale && freshFor(held) > 0) {
      adopt(held);
      return held.access;
    }
    try {
      const next = dated(
        await ask<TokenPair>('POST', '/users/token/refresh', { body: { refresh: held.refresh } }),
      );
      // Whatever becomes of the store: the token before this one is used up.
      adopt(next);
      await store.save(next);
      return next.access;
    } catch (error) {
      if (!hasCode(error, 'token_invalid', 'token_expired', 'not_authenticated', 'validation_failed'))
        throw error;
      await store.save(undefined);
      await leave('ended');
      throw ended();
    }
  };

  /** Replaces an access token that has gone stale; one exchange at a time, in this tab and over all of them. */
  const refresh = (stale: string): Promise<string> => {
    if (tokens && tokens.access !== stale) return Promise.resolve(tokens.access);
    refreshing ??= store
      .lock(() => exchange(stale))
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  };

  const access = async (): Promise<string> => {
    if (!tokens) {
      throw state.value.state === 'ended' ? ended() : new ParleyError('not_logged_in', 'Log in first.');
    }
    return freshFor(tokens) > 0 ? tokens.access : refresh(tokens.access);
  };

  return {
    state,
    access,
    refresh,
    /** In ms: how long from now the access token will serve. */
    freshFor: () => (tokens ? freshFor(tokens) : 0),
    async logIn(credentials: Credentials): Promise<User> {
      const next = dated(await ask<TokenPair>('POST', '/users/token', { body: credentials }));
      await refreshing?.catch(() => undefined);
      await store.lock(() => store.save(next));
      adopt(next);
      return state.value.user as User;
    },
    /** Goes on with the tokens that the store holds. */
    async resume(): Promise<User | undefined> {
      const held = await store.load();
      if (held) adopt(held);
      else if (state.value.state === 'unknown') await leave('out');
      return state.value.user;
    },
    /** The server need not hear of it: without tokens this device is out. */
    async logOut(): Promise<void> {
      const token = await access().catch(() => undefined);
      const { refresh: secret } = tokens ?? {};
      await store.lock(() => store.save(undefined));
      await leave('out');
      if (!token || !secret) return;
      await ask('POST', '/users/logout', { token, body: { refresh_token: secret } }).catch(() => undefined);
    },
    /** The server has said so. Another tab may have logged in anew: its tokens stay. */
    async end(): Promise<void> {
      const gone = tokens?.access;
      await leave('ended');
      await store.lock(async () => {
        const held = await store.load();
        if (held && gone && claimsOf(held.access).session === claimsOf(gone).session)
          await store.save(undefined);
      });
    },
  };
}

/** What an access token says (RFC 7519 §4). It is the server's to verify. */
function claimsOf(access: string) {
  const part = (access.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  const claims = JSON.parse(new TextDecoder().decode(bytes));
  return {
    id: String(claims.user_id),
    username: String(claims.username),
    session: String(claims.sid),
    lifetime: (Number(claims.exp) - Number(claims.iat)) * 1000,
  };
}
