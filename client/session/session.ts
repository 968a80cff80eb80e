import { type Credentials, fieldsOf, type User } from '../contract/http-types.ts';
import { notLoggedIn } from '../errors.ts';
import { claimsOf, freshFor, haveSameSession } from './access-token.ts';
import { createHeldTokens } from './held-tokens.ts';
import type { HttpRequest } from './http.ts';
import { createRefresh, ended, type IssuerToken } from './refresh.ts';
import type { TokenStore, Tokens } from './token-store.ts';

export type Session = ReturnType<typeof createSession>;

interface Options {
  readonly http: HttpRequest;
  readonly store: TokenStore;
  readonly issuerToken?: IssuerToken | undefined;
  readonly now: () => number;
}

/** One user's session on this device: it logs in and out, and hands out access tokens. */
export function createSession(options: Options) {
  const { http, store, issuerToken, now } = options;
  const held = createHeldTokens(store);
  const { state } = held;
  const { fetchTokens, exchange, enter, refresh } = createRefresh({ ...options, held });
  const isFresh = (tokens: Tokens) => freshFor(tokens, now()) > 0;

  /** Call it under the lock. */
  const begin = async (next: Tokens) => {
    await held.save(next);
    held.adopt(next);
  };

  return {
    state,
    refresh,
    /** Resolves with a fresh access token. */
    async access(): Promise<string> {
      const { tokens } = held;
      if (!tokens) throw state.value.state === 'ended' ? ended() : notLoggedIn();
      return isFresh(tokens) ? tokens.access : refresh(tokens.access);
    },
    /** How long the access token may still be used, in ms. */
    freshFor: () => (held.tokens ? freshFor(held.tokens, now()) : 0),
    async logIn(credentials: Credentials): Promise<User> {
      const next = await fetchTokens('/users/token', fieldsOf('Credentials', credentials));
      await store.lock(() => begin(next));
      return claimsOf(next.access).user;
    },
    /** Continues with the tokens in the store, or with a session for the user of the other log-in. */
    async resume(): Promise<User | undefined> {
      const load = async () => {
        const found = await held.load();
        if (found && found !== 'ended') held.adopt(found);
        return found === 'ended' ? found : 'out';
      };
      const found = await load();
      if (issuerToken && !state.value.user) {
        // Under the lock, so that of several tabs only one opens a session.
        await store.lock(async () => {
          await load();
          const next = state.value.user ? undefined : await enter();
          if (next) await begin(next);
        });
      }
      if (state.value.state === 'unknown') held.leave(found);
      return state.value.user;
    },
    /** Logs out here. The server has ended the session. */
    erase: held.erase,
    /** Logs out here at once, even without a network, then tells the server. */
    async logOut(): Promise<void> {
      const gone = held.tokens;
      await held.erase();
      if (!gone) return;
      try {
        const { access: token, refresh: secret } = isFresh(gone) ? gone : await exchange(gone);
        await http('POST', '/users/logout', { token, body: { refresh_token: secret } });
      } catch {
        // Nothing can be done about it here: this device has logged out.
      }
    },
    /** The server has ended the session of this access token. A newer session stays. */
    async end(access: string): Promise<void> {
      const gone = held.tokens;
      const isCurrent = () => held.tokens && haveSameSession(access, held.tokens.access);
      if (!gone || !isCurrent()) return;
      // If another tab has logged out, the server says the same, but the store is empty.
      const found = await held.load().catch(() => gone);
      if (!isCurrent()) return;
      held.leave(found ? 'ended' : 'out');
      await store.lock(() => held.forget(gone, 'ended')).catch(() => undefined);
    },
    close: held.close,
  };
}
