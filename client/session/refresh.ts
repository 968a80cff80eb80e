import type { TokenPair } from '../contract/http-types.ts';
import { hasCode, notLoggedIn, ParleyError } from '../errors.ts';
import { freshFor, haveSameUser, receivedTokens } from './access-token.ts';
import type { HeldTokens } from './held-tokens.ts';
import type { HttpRequest } from './http.ts';
import type { TokenStore, Tokens } from './token-store.ts';

interface Options {
  readonly http: HttpRequest;
  readonly held: HeldTokens;
  readonly store: TokenStore;
  readonly issuerToken?: IssuerToken | undefined;
  readonly now: () => number;
}

/** A token of another log-in for its present user, who may be nobody. */
export type IssuerToken = () => Promise<string | undefined>;

/** The parameters of RFC 8693. */
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const subjectToken = (subject_token: string) => ({
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  subject_token,
});

/** The session has ended, the account is suspended, or the other log-in's token opens none. */
const REFUSALS = [
  'account_suspended',
  'token_invalid',
  'token_expired',
  'not_authenticated',
  'validation_failed',
  'subject_token_invalid',
  'subject_token_expired',
];

export const ended = () => new ParleyError('session_ended', 'The session has ended. Log in again.');

/** Replaces access tokens: one exchange at a time, in this tab and across all tabs. */
export function createRefresh({ http, held, store, issuerToken, now }: Options) {
  let running: { readonly stale: string; readonly done: Promise<string> } | undefined;

  const fetchTokens = async (path: string, body: object) =>
    receivedTokens(await http<TokenPair>('POST', path, { body }), now());

  const exchange = ({ refresh }: Tokens) => fetchTokens('/users/token/refresh', { refresh });

  /** A session for the user of the other log-in. Undefined if there is none, or nobody is logged in there. */
  const enter = async (): Promise<Tokens | undefined> => {
    const token = await issuerToken?.();
    return token
      ? fetchTokens('/users/token/exchange', { grant_type: GRANT, ...subjectToken(token) })
      : undefined;
  };

  /** The successor of tokens. If they have expired, those of a new session. */
  const successor = async (found: Tokens): Promise<Tokens> => {
    try {
      return await exchange(found);
    } catch (error) {
      const next = hasCode(error, ...REFUSALS) ? await enter() : undefined;
      if (!next) throw error;
      return next;
    }
  };

  /** Under the lock: another tab may have done the exchange while this one waited. */
  const replace = async (stale: string): Promise<string> => {
    const found = await held.load();
    if (!held.tokens) throw notLoggedIn();
    if (!found || found === 'ended') {
      held.leave(found ?? 'out');
      throw ended();
    }
    held.adopt(found);
    // Another user has logged in, and the caller must not act for them.
    if (!haveSameUser(stale, found.access)) throw ended();
    if (found.access !== stale && freshFor(found, now()) > 0) return found.access;
    const isStill = () => held.tokens?.refresh === found.refresh;
    try {
      const next = await successor(found);
      if (!isStill()) throw notLoggedIn();
      // Before it is saved: even if that fails, the previous token is used up.
      held.adopt(next);
      await held.save(next);
      // The other log-in may have another user by now.
      if (!haveSameUser(stale, next.access)) throw ended();
      return next.access;
    } catch (error) {
      if (!hasCode(error, ...REFUSALS)) throw error;
      await held.forget(found, 'ended');
      if (isStill()) held.leave('ended');
      throw ended();
    }
  };

  return {
    fetchTokens,
    exchange,
    enter,
    /** Resolves with the successor of an access token. */
    async refresh(stale: string): Promise<string> {
      const { tokens } = held;
      if (tokens && tokens.access !== stale) {
        // Tokens of another user must not replace it.
        if (!haveSameUser(tokens.access, stale)) throw ended();
        return tokens.access;
      }
      if (running?.stale !== stale) {
        const mine = { stale, done: store.lock(() => replace(stale)) };
        running = mine;
        const finish = () => {
          if (running === mine) running = undefined;
        };
        void mine.done.then(finish, finish);
      }
      return running.done;
    },
  };
}
