import type { Limits } from './connection/connection.ts';
import type { SocketConstructor } from './connection/socket.ts';
import { pageWakeUps, type WakeUps } from './connection/wake-ups.ts';
import { indexedOutbox, pageDatabase } from './outbox/indexed-outbox.ts';
import { memoryOutbox, type OutboxStore } from './outbox/outbox-store.ts';
import type { Fetch } from './session/http.ts';
import type { IssuerToken } from './session/refresh.ts';
import { memoryTokens, type TokenStore } from './session/token-store.ts';

export interface ClientOptions {
  /** For example `https://chat.example.com`. In a page that the deployment serves: `location.origin`. */
  readonly baseUrl: string;
  /** Default: `baseUrl` with `ws` instead of `http`, and `/ws`. */
  readonly socketUrl?: string;
  /** Default: in memory, so users log in again after a reload. */
  readonly tokens?: TokenStore;
  /**
   * For users of another log-in: a token of theirs that is valid now, or undefined if nobody is logged in there. `resume`
   * exchanges it for a session, and so does the library when the session has expired.
   */
  readonly issuerToken?: IssuerToken;
  /** Default: IndexedDB if there is one, otherwise memory. */
  readonly outbox?: OutboxStore;
  readonly fetch?: Fetch;
  readonly WebSocket?: SocketConstructor;
  /** In ms. */
  readonly now?: () => number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly wakeUps?: WakeUps;
  readonly limits?: Partial<Limits>;
}

const API_GATEWAY: Limits = { idleMs: 10 * 60_000, connectionMs: 2 * 60 * 60_000 };

/**
 * Adds the defaults.
 * @throws TypeError if there is no WebSocket, or if `baseUrl` is not an http URL
 */
export function withDefaults({
  baseUrl: base,
  tokens = memoryTokens(),
  outbox = pageDatabase() ? indexedOutbox() : memoryOutbox(),
  fetch = (url, init) => (globalThis as unknown as { readonly fetch: Fetch }).fetch(url, init),
  WebSocket = (globalThis as { readonly WebSocket?: SocketConstructor }).WebSocket,
  now = Date.now,
  random = Math.random,
  wakeUps = pageWakeUps,
  ...more
}: ClientOptions) {
  if (!WebSocket) throw new TypeError('There is no WebSocket here. Pass one as an option, or use Node 22.');
  if (!/^https?:\/\//.test(base)) throw new TypeError(`baseUrl must begin with http:// or https://: ${base}`);
  const baseUrl = base.replace(/\/+$/, '');
  const socketUrl = more.socketUrl ?? `${baseUrl.replace(/^http/, 'ws')}/ws`;
  const limits = { ...API_GATEWAY, ...more.limits };
  const { issuerToken } = more;
  return { baseUrl, socketUrl, tokens, issuerToken, outbox, fetch, WebSocket, now, random, wakeUps, limits };
}
