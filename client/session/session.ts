import type { Credentials, TokenPair, User } from '../contract/http-types.ts';
import { fieldsOf } from '../contract/request-fields.ts';
import { hasCode, ParleyError } from '../errors.ts';
import { observable } from '../observable.ts';
import { claimsOf, isReadable } from './claims.ts';
import type { Ask } from './http.ts';
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

const ended = () => new ParleyError('session_ended', 'The session has ended. Log in again.');
const notLoggedIn = () => new ParleyError('not_logged_in', 'Log in first.');

export function createSession({ ask, store, now }: Dependencies) {
  const state = observable<SessionState>({ state: 'unknown' });
  let tokens: Tokens | undefined;
  let refreshing: { readonly stale: string; readonly done: Promise<string> } | undefined;
  /** The store has refused these: it still holds those before them, which are used up. */
  let isUnkept = false;
  /** Logging out has not emptied the store yet: what is in there is not to be followed. */
  let isLeaving = false;

  const kept = async () => {
    const found = await store.load();
    return found === 'ended' || (found && isReadable(found)) ? found : undefined;
  };

  /** A store that is full must not end a session that goes on well in memory. */
  const keep = async (next: Tokens) => {
    isUnkept = await store.save(next).then(
      () => false,
      () => true,
    );
  };

  const adopt = (next: Tokens) => {
    tokens = next;
    const { id, username } = claimsOf(next.access);
    if (state.value.user?.id !== id) state.set({ state: 'in', user: { id, username } });
  };

  const leave = (how: 'out' | 'ended') => {
    tokens = undefined;
    isUnkept = false;
    if (state.value.state !== how) state.set({ state: how });
  };

  const areOfOneUser = (one: string, other: string) => claimsOf(one).id === claimsOf(other).id;

  const areOfOneSession = (one: Tokens, other: Tokens) =>
    claimsOf(one.access).session === claimsOf(other.access).session;

  /** Under the lock. Somebody may have logged in meanwhile: their tokens stay. */
  const forget = async (gone: Tokens, how: 'out' | 'ended') => {
    const found = await kept();
    const isGone = found === 'ended' || (found && areOfOneSession(found, gone));
    if (isGone) await store.save(how === 'out' ? undefined : how);
  };

  const dated = (pair: TokenPair): Tokens => {
    try {
      const { access, refresh } = pair;
      return { access, refresh, since: now(), lifetime: claimsOf(access).lifetime };
    } catch {
      // Whatever stands before the service has said 200.
      throw new ParleyError('unavailable', 'The server did not answer with tokens.');
    }
  };

  const freshFor = ({ since, lifetime }: Tokens) => {
    const age = now() - since;
    // A clock that was set back says nothing about the token.
    return age < 0 ? 0 : lifetime - Math.min(MARGIN_MS, lifetime / 5) - age;
  };

  const replaced = async ({ refresh }: Tokens) =>
    dated(await ask<TokenPair>('POST', '/users/token/refresh', { body: { refresh } }));

  /** Under the lock: whoever waited for it finds what the other one got. */
  const exchange = async (stale: string): Promise<string> => {
    const found = isUnkept ? tokens : await kept();
    if (!tokens) throw notLoggedIn();
    if (!found || found === 'ended') {
      leave(found ?? 'out');
      throw ended();
    }
    if (!areOfOneUser(stale, found.access)) {
      // Who waits for this is not who is logged in by now.
      adopt(found);
      throw ended();
    }
    if (found.access !== stale && freshFor(found) > 0) {
      adopt(found);
      return found.access;
    }
    tokens = found;
    const isStill = () => tokens?.refresh === found.refresh;
    try {
      const next = await replaced(found);
      if (!isStill()) throw notLoggedIn();
      // Whatever becomes of the store: the token before this one is used up.
      adopt(next);
      await keep(next);
      return next.access;
    } catch (error) {
      if (!hasCode(error, 'token_invalid', 'token_expired', 'not_authenticated', 'validation_failed'))
        throw error;
      await forget(found, 'ended');
      if (isStill()) leave('ended');
      throw ended();
    }
  };

  /** Replaces an access token that has gone stale; one exchange at a time, in this tab and over all of them. */
  const refresh = async (stale: string): Promise<string> => {
    if (tokens && tokens.access !== stale) {
      // Somebody else's is no replacement.
      if (!areOfOneUser(tokens.access, stale)) throw ended();
      return tokens.access;
    }
    if (refreshing?.stale !== stale) {
      const mine = { stale, done: store.lock(() => exchange(stale)) };
      refreshing = mine;
      const over = () => {
        if (refreshing === mine) refreshing = undefined;
      };
      void mine.done.then(over, over);
    }
    return refreshing.done;
  };

  const access = async (): Promise<string> => {
    if (!tokens) throw state.value.state === 'ended' ? ended() : notLoggedIn();
    return freshFor(tokens) > 0 ? tokens.access : refresh(tokens.access);
  };

  const tellServer = async (gone: Tokens) => {
    const { access: token, refresh: secret } = freshFor(gone) > 0 ? gone : await replaced(gone);
    await ask('POST', '/users/logout', { token, body: { refresh_token: secret } });
  };

  /** Another tab has logged in or out, or refreshed: this one does not go on as somebody else. */
  const follow = async () => {
    const found = await kept().catch(() => tokens);
    if (isLeaving || state.value.state === 'unknown') return;
    if (found && found !== 'ended') {
      isUnkept = false;
      adopt(found);
    } else if (tokens ? !isUnkept : state.value.state === 'ended') leave(found ?? 'out');
  };
  const unfollow = store.onChange?.(() => void follow());

  return {
    state,
    access,
    refresh,
    /** In ms: how long from now the access token will serve. */
    freshFor: () => (tokens ? freshFor(tokens) : 0),
    async logIn(credentials: Credentials): Promise<User> {
      const body = fieldsOf('Credentials', credentials);
      const next = dated(await ask<TokenPair>('POST', '/users/token', { body }));
      await refreshing?.done.catch(() => undefined);
      await store.lock(() => keep(next));
      adopt(next);
      const { id, username } = claimsOf(next.access);
      return { id, username };
    },
    /** Goes on with the tokens that the store holds. */
    async resume(): Promise<User | undefined> {
      const found = await kept();
      if (found && found !== 'ended') adopt(found);
      else if (state.value.state === 'unknown') leave(found ?? 'out');
      return state.value.user;
    },
    /** At once, with or without a network: without tokens this device is out. Then the server is told. */
    async logOut(): Promise<void> {
      const gone = tokens;
      leave('out');
      isLeaving = true;
      try {
        // Now, since the page may be closed at once; then what a refresh has kept that was under way.
        await (gone ? forget(gone, 'out') : store.save(undefined));
        if (gone) await store.lock(() => forget(gone, 'out'));
      } catch {
        // The server makes them worthless.
      } finally {
        isLeaving = false;
      }
      if (gone) await tellServer(gone).catch(() => undefined);
    },
    /** The server has said so, on a socket with this token. Somebody may have logged in anew: their tokens stay. */
    async end(access: string): Promise<void> {
      const isOwn = () => tokens && claimsOf(access).session === claimsOf(tokens.access).session;
      const gone = tokens;
      if (!gone || !isOwn()) return;
      // The server says the same when another tab has logged out, which has left nothing.
      const found = isUnkept ? gone : await kept().catch(() => gone);
      if (!isOwn()) return;
      leave(found ? 'ended' : 'out');
      await store.lock(() => forget(gone, 'ended')).catch(() => undefined);
    },
    /** Follows the store no more. */
    close: () => unfollow?.(),
  };
}
