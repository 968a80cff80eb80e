import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import {
  type Account,
  type Client,
  type ClientOptions,
  createClient,
  type Observable,
} from '../../client/index.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { build } from '../../scripts/build.ts';
import { SETTINGS } from '../systems.ts';

/** API Gateway's cut and the expiry of the access token come within seconds. */
export const CONNECTION_MS = 7_000;
/** The limit that clients are told: shorter, so that they renew well before the cut on a loaded machine too. */
const BELIEVED_MS = 4_000;

/** A running system for the tests of a file, and its clients. */
export function runningSystem() {
  let runtime: Runtime;
  const clients: Client[] = [];
  beforeAll(async () => {
    runtime = await startRuntime({
      assembly: () => build(SETTINGS.shortTokens),
      port: 0,
      memory: true,
      limits: { connectionMs: CONNECTION_MS },
    });
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await runtime?.stop();
  });

  const device = (options: Partial<ClientOptions> = {}): Client => {
    const client = createClient({
      baseUrl: runtime.url,
      limits: { connectionMs: BELIEVED_MS },
      ...options,
    });
    clients.push(client);
    return client;
  };
  return {
    url: () => runtime.url,
    device,
    /** A new user, logged in and online. */
    async person(options: Partial<ClientOptions> = {}) {
      const username = `u${randomBytes(8).toString('hex')}`;
      const password = randomBytes(12).toString('base64url');
      const credentials = { email: `${username}@example.com`, password };
      const client = device(options);
      const names = { first_name: 'Ada', last_name: 'Lovelace' };
      const { id } = (await client.register({
        ...credentials,
        username,
        password2: password,
        ...names,
      })) as Account;
      await client.logIn(credentials);
      await until(client.connection, (state) => state === 'online');
      return { id, username, credentials, client };
    },
  };
}

/** Resolves when the value fulfils the condition. */
export function until<T>(value: Observable<T>, isSo: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    let end = () => {};
    end = value.subscribe((now) => {
      if (!isSo(now)) return;
      resolve(now);
      queueMicrotask(() => end());
    });
  });
}

/** A WebSocket whose connection can be cut without notice to either side. */
export function cuttable() {
  const sockets: WebSocket[] = [];
  class Cuttable extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  return {
    WebSocket: Cuttable as unknown as NonNullable<ClientOptions['WebSocket']>,
    /** Loses all frames under way, in both directions. */
    cut() {
      for (const socket of sockets.splice(0)) {
        const { onclose } = socket;
        socket.onmessage = null;
        socket.onclose = null;
        socket.close();
        onclose?.call(socket, new Event('close') as never);
      }
    },
  };
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
