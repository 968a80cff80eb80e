import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Person } from '../support/people.ts';
import type { Held, Member, Record } from './member.ts';
import type { Random } from './random.ts';

/** The fields of frames that this device reads. */
interface Frame {
  readonly type?: string;
  readonly ref?: string;
  readonly code?: string;
  readonly retry_after?: number;
  readonly conversation?: string;
  readonly seq?: number;
  readonly message?: string;
  readonly sender_id?: string;
  readonly messages?: readonly Shown[];
  readonly results?: readonly Result[];
}

interface Shown {
  readonly seq: number;
  readonly message: string;
  readonly sender_id?: string;
}

interface Result extends Partial<Shown> {
  readonly client_id: string;
  readonly status: 'stored' | 'repeated' | 'refused' | 'not_tried';
  readonly code?: string;
  readonly retry_after?: number;
}

interface Outgoing {
  readonly clientId: string;
  readonly text: string;
}

/** An error that passes: the same frame is sent again. */
const passing = new Set(['unavailable', 'busy', 'internal', 'rate_limited']);

/** Without an answer, a frame is sent again after this time. */
const answerMs = 20_000;
/** As API Gateway does. */
const handshakeMs = 29_000;
/** A missing number may still be on its way. */
const gapMs = 1_000;

export interface DeviceOptions {
  readonly url: string;
  readonly person: Person;
  readonly peerId: string;
  readonly conversation: string;
  readonly record: Record;
  readonly random: Random;
  /** Several messages go in one frame. */
  readonly batches: boolean;
}

/** A device that does what docs/protocol-sockets.md asks, and no more. */
export class Device implements Member {
  readonly userId: string;
  readonly access: string;
  readonly record: Record;
  readonly #options: DeviceOptions;
  readonly #held: Held[] = [];
  /** Messages behind a gap. */
  readonly #ahead = new Map<number, Held>();
  readonly #answers = new Map<string, (frame: Frame | undefined) => void>();
  #socket: WebSocket | undefined;
  #opened = Promise.withResolvers<WebSocket>();
  #gap: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.userId = options.person.id;
    this.access = options.person.access;
    this.record = options.record;
    void this.#stayConnected();
  }

  held = () => this.#held;

  close(): void {
    this.#closed = true;
    clearTimeout(this.#gap);
    this.#socket?.terminate();
  }

  async say(texts: readonly string[]): Promise<void> {
    this.record.written.push(...texts);
    const outgoing = texts.map((text) => ({ clientId: randomUUID(), text }));
    if (this.#options.batches) await this.#send(outgoing);
    else for (const one of outgoing) await this.#send([one]);
  }

  /** Sends messages in one frame, and those that are not acknowledged once more, in the same order. */
  async #send(outgoing: readonly Outgoing[]): Promise<void> {
    // The same in every try: the server looks for an earlier copy from here on.
    const after = this.#held.length;
    const { peerId: to, batches } = this.#options;
    let rest = outgoing;
    for (let tries = 1; rest.length > 0 && !this.#closed; tries += 1) {
      if (tries > 1) this.record.retries += 1;
      const messages = rest.map(({ clientId: client_id, text }) => ({ client_id, text }));
      const frame = batches ? { messages } : messages[0];
      const answer = await this.#ask({ action: 'message.send', to, after, ...frame });
      const results = answer?.results ?? [];
      const refused = results.find(({ status }) => status === 'refused') ?? answer;
      if (answer?.type === 'message.sent') rest = [];
      rest = rest.filter((_one, index) => !['stored', 'repeated'].includes(results[index]?.status ?? ''));
      const code = refused?.code;
      if (code !== undefined && !passing.has(code)) {
        this.record.fault ??= `a message was refused: ${JSON.stringify(refused)}`;
        return;
      }
      if (rest.length > 0) await this.#pause(tries, refused?.retry_after);
    }
  }

  /** Full jitter, and at least as long as the server asked. */
  async #pause(tries: number, seconds = 0): Promise<void> {
    const backoff = this.#options.random() * Math.min(2_000, 100 * 2 ** tries);
    await sleep(Math.max(backoff, seconds * 1_000));
  }

  async catchUp(): Promise<void> {
    const { conversation } = this.#options;
    for (let tries = 1; !this.#closed; tries += 1) {
      const held = this.#held.length;
      const answer = await this.#ask({ action: 'sync', conversations: { [conversation]: held } });
      if (answer?.type === 'sync.done') return;
      if (answer?.type === 'sync.page' && this.#held.length > held) tries = 0;
      else await this.#pause(tries, answer?.retry_after);
    }
  }

  /** Resolves with the answer, or with undefined if there is none. */
  async #ask(frame: object): Promise<Frame | undefined> {
    const socket = await this.#opened.promise;
    const ref = randomUUID();
    const { promise, resolve } = Promise.withResolvers<Frame | undefined>();
    this.#answers.set(ref, resolve);
    const timer = setTimeout(resolve, answerMs, undefined);
    socket.send(JSON.stringify({ ref, ...frame }));
    return promise.finally(() => {
      clearTimeout(timer);
      this.#answers.delete(ref);
    });
  }

  async #stayConnected(): Promise<void> {
    for (let tries = 1; !this.#closed; tries += 1) {
      const socket = new WebSocket(`${this.#options.url.replace('http', 'ws')}/ws`, {
        headers: { authorization: `Bearer ${this.access}` },
        handshakeTimeout: handshakeMs,
        perMessageDeflate: false,
      });
      this.#socket = socket;
      socket.on('error', () => {});
      socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
        if (statusCode < 500) this.record.fault ??= `the handshake was answered with ${statusCode}`;
        socket.terminate();
      });
      socket.on('message', (data) => this.#read(JSON.parse(String(data))));
      let isOpen = false;
      socket.on('open', () => {
        isOpen = true;
        tries = 1;
        this.#opened.resolve(socket);
        void this.catchUp();
      });
      await new Promise((resolve) => socket.on('close', resolve));
      // Those who wait for a socket that never opened wait on.
      if (isOpen) this.#opened = Promise.withResolvers();
      for (const give of this.#answers.values()) give(undefined);
      await this.#pause(tries);
    }
  }

  #read(frame: Frame): void {
    const { type, conversation, messages = [], results = [] } = frame;
    if (type === undefined) {
      // API Gateway's own words name no frame: with several on their way, each is tried again.
      for (const give of this.#answers.values()) give({ code: 'internal' });
      return;
    }
    if (conversation === undefined || conversation === this.#options.conversation) {
      for (const one of [frame, ...messages]) this.#take(one, frame.sender_id);
      for (const one of results) this.#take(one, this.userId);
    }
    if (frame.ref !== undefined) this.#answers.get(frame.ref)?.(frame);
  }

  #take({ seq, message: text, sender_id: own }: Partial<Shown>, from: string | undefined): void {
    const senderId = own ?? from;
    if (seq === undefined || text === undefined || senderId === undefined) return;
    const held = { seq, senderId, text };
    this.record.show(held);
    if (senderId === this.userId) this.record.acknowledge(text, seq);
    if (seq > this.#held.length) this.#ahead.set(seq, held);
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#held.push(next);
    if (this.#ahead.size > 0) this.#gap ??= setTimeout(() => this.#fillGap(), gapMs);
  }

  #next(): Held | undefined {
    const seq = this.#held.length + 1;
    const next = this.#ahead.get(seq);
    this.#ahead.delete(seq);
    return next;
  }

  #fillGap(): void {
    this.#gap = undefined;
    if (this.#ahead.size > 0) void this.catchUp();
  }
}
