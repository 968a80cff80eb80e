import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { nextRecent } from '../../../functions/core/messages/find-earlier.ts';
import type { Runtime } from '../../../local/runtime.ts';
import { conversationOf } from '../../support/people.ts';
import { Device } from '../device.ts';
import type { Consumed } from './table.ts';

/** Four bytes each, which is the most that a character has. */
export const LARGEST = '🦀'.repeat(4_000);

/** As much own data as a message can have: 2,048 bytes. */
export const OWN_DATA = { a: 'x'.repeat(2_040) };

/** The largest message has both. */
export const withData = (text: string) => (text === LARGEST ? { text, custom: OWN_DATA } : { text });
/** JSON writes this character in six bytes. */
export const ESCAPED = `!${'\u0001'.repeat(3_999)}`;
/** What an inbox shows, at its largest. */
export const PREVIEWED = `!${'\u0001'.repeat(119)}`;

const FOLLOWERS = ['account-changes', 'message-changes'];
const LOOK_AGAIN_MS = 50;
const SETTLED_MS = 1_000;
const DEADLINE_MS = 60_000;

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly access: string;
  readonly refresh: string;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface Counting {
  /** Count only these functions. Otherwise all but those behind the stream, which may still work on what was set up. */
  readonly only?: readonly string[];
  readonly handshakes?: number;
  /** One repetition is so many pieces of work. */
  readonly pieces?: number;
}

/** Ada writes the largest texts to Charles, and has met a hundred others. Both are online on one device each. */
export class WorstScene {
  readonly runtime: Runtime;
  readonly devices: Device[] = [];
  #bytes = 0;
  #requests = 0;
  #count = 0;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  /** Calls the HTTP API. Any status is an answer. */
  async http(
    path: string,
    { access, body, method }: { access?: string; body?: unknown; method?: string } = {},
  ) {
    const response = await fetch(this.runtime.httpApiUrl + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        'user-agent': 'x'.repeat(256),
        ...(access !== undefined && { authorization: `Bearer ${access}` }),
        ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    this.#requests += 1;
    this.#bytes += Buffer.byteLength(text);
    const { status, headers } = response;
    if (headers.get('content-type') === 'application/x-ndjson')
      return { status, body: { link: headers.get('link') ?? '' } };
    return { status, body: text === '' ? {} : JSON.parse(text) } as Answer;
  }

  /** Throws unless the answer has this status. */
  async answer(status: number, ...request: Parameters<WorstScene['http']>): Promise<Answer['body']> {
    const answer = await this.http(...request);
    if (answer.status !== status) throw new Error(`${request[0]}: ${JSON.stringify(answer).slice(0, 500)}`);
    return answer.body;
  }

  /** A registration with the longest names. */
  newcomer() {
    this.#count += 1;
    const username = `worst-${String(this.#count).padStart(4, '0')}-${'x'.repeat(139)}`;
    const [password, name] = [randomUUID(), 'é'.repeat(150)];
    const email = `${this.#count}.${randomUUID()}@example.com`;
    return { username, email, password, password2: password, first_name: name, last_name: name };
  }

  async register(): Promise<Pick<Person, 'id' | 'username' | 'email' | 'password'>> {
    const body = this.newcomer();
    const { id } = await this.answer(201, '/users/register/', { body });
    return { ...body, id: id as string };
  }

  /** Logs in on a device with the longest name. */
  async logIn({ email, password }: Pick<Person, 'email' | 'password'>) {
    const tokens = await this.answer(200, '/users/token/', { body: { email, password } });
    return tokens as unknown as Pick<Person, 'access' | 'refresh'>;
  }

  async person(): Promise<Person> {
    const registered = await this.register();
    return { ...registered, ...(await this.logIn(registered)) };
  }

  async device({ access }: Pick<Person, 'access'>, peer?: string): Promise<Device> {
    const device = await Device.open(this.runtime.webSocketUrl, access, peer);
    this.devices.push(device);
    return device;
  }

  /** Fills a conversation: the texts in their order, several small ones in a frame. */
  async say(by: Device, to: Pick<Person, 'id'>, texts: readonly string[], ids: readonly string[] = []) {
    for (let from = 0; from < texts.length; ) {
      let until = from;
      for (let bytes = 0; until < texts.length && until < from + 20; until += 1) {
        bytes += Buffer.byteLength(JSON.stringify(texts[until]));
        if (until > from && bytes > 24 * 1024) break;
      }
      const messages = texts
        .slice(from, until)
        .map((text, i) => ({ ...withData(text), client_id: ids[from + i] ?? randomUUID() }));
      await by.ask('message.send', { to: to.id, messages });
      from = until;
    }
  }

  /** So many people whom somebody has met, each conversation as large as an inbox can show. */
  async meet(by: Device, who: Person, count: number) {
    const others: Pick<Person, 'id'>[] = [];
    for (let i = 0; i < count; i += 1) {
      const other = await this.register();
      await this.say(by, other, [PREVIEWED]);
      others.push(other);
    }
    await this.shown(who, others.at(-1) as Pick<Person, 'id'>, 1);
    return others;
  }

  /** Waits until the inbox shows the newest message: the stream's functions have then done what follows from it. */
  async shown(who: Person, peer: Pick<Person, 'id'>, seq: number): Promise<void> {
    await this.until(async () => {
      const { results } = await this.answer(200, '/conversations/?limit=100', who);
      const entries = results as { id: string; last_message: { seq: number } }[];
      const entry = entries.find(({ id }) => id === conversationOf(who, peer));
      return entry !== undefined && entry.last_message.seq >= seq;
    });
  }

  /** Waits until a function has made so many requests to the table. */
  async made(name: string, requests: number): Promise<void> {
    await this.until(async () => {
      const made = this.runtime.usage().requests.filter((request) => request.function === name);
      return made.length >= requests;
    });
  }

  /** Waits until a function behind the stream has worked, and has then made no request for a second. */
  async settled(name: string): Promise<void> {
    const made = () => this.runtime.usage().requests.filter((request) => request.function === name).length;
    let [before, since] = [0, Date.now()];
    await this.until(async () => {
      const now = made();
      if (now !== before) [before, since] = [now, Date.now()];
      return now > 0 && Date.now() - since > SETTLED_MS;
    });
  }

  async until(isDone: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await isDone())) {
      if (Date.now() > deadline) throw new Error(`Not done in ${DEADLINE_MS} ms: ${isDone}`);
      await delay(LOOK_AGAIN_MS);
    }
  }

  /** Counts what some work consumes. Requests over HTTP that only look whether it is done go into `waiting`. */
  async count(
    work: () => Promise<unknown>,
    { only, handshakes = 0, pieces = 1, waiting }: Counting & { waiting?: () => Promise<unknown> } = {},
  ): Promise<Consumed> {
    const total = (of: 'messages' | 'bytes') => this.devices.reduce((sum, device) => sum + device[of], 0);
    this.runtime.resetUsage();
    const mails = () => readdirSync(this.runtime.mailFolder).length;
    const before = {
      messages: total('messages'),
      bytes: total('bytes') + this.#bytes,
      http: this.#requests,
      mails: mails(),
    };
    await work();
    const httpRequests = this.#requests - before.http;
    const bytes = total('bytes') + this.#bytes - before.bytes;
    const socketMessages = total('messages') - before.messages;
    await waiting?.();
    const usage = this.runtime.usage();
    const counts = (name: string) => only?.includes(name) ?? !FOLLOWERS.includes(name);
    const requests = usage.requests.filter((request) => counts(request.function));
    const each = (amount: number) => amount / pieces;
    const byFunction = Map.groupBy(requests, (request) => request.function);
    return {
      socketMessages: each(socketMessages),
      httpRequests: each(httpRequests),
      viewerRequests: each(httpRequests + handshakes),
      megabytes: each(bytes / 1_000_000),
      wru: each(requests.reduce((sum, { wru }) => sum + wru, 0)),
      rru: each(requests.reduce((sum, { rru }) => sum + rru, 0)),
      ...(mails() > before.mails && { mails: each(mails() - before.mails) }),
      invocations: Object.fromEntries(
        Object.entries(usage.invocations)
          .filter(([name]) => counts(name))
          .map(([name, count]) => [name, each(count)]),
      ),
      requests: Object.fromEntries([...byFunction].map(([name, made]) => [name, each(made.length)])),
      waitedMs: 0,
    };
  }
}

/** Client ids whose fingerprints are equal, so that a search reads the messages of all. */
export function idsWithOneFingerprint(count: number): readonly string[] {
  const byFingerprint = new Map<string, string[]>();
  for (;;) {
    const name = randomUUID();
    const key = String(nextRecent(new Uint8Array(), name));
    const alike = [...(byFingerprint.get(key) ?? []), name];
    if (alike.length === count) return alike;
    byFingerprint.set(key, alike);
  }
}
