import type { Limits } from './line/line.ts';
import type { SocketConstructor } from './line/link.ts';
import type { WakeUps } from './line/wake-ups.ts';
import type { OutboxStore } from './outbox/outbox-store.ts';
import type { Fetch } from './session/http.ts';
import type { TokenStore } from './session/token-store.ts';

export interface ClientOptions {
  /** Such as `https://chat.example.com`; in a page that the deployment serves, `location.origin`. */
  readonly baseUrl: string;
  /** `baseUrl` with `ws` for `http`, and `/ws`, by default. */
  readonly socketUrl?: string;
  /** In memory by default: who reloads the page logs in again. */
  readonly tokens?: TokenStore;
  /** IndexedDB by default where there is one, else memory. */
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
