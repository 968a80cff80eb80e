import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  type Conversation,
  createClient,
  memoryOutbox,
  memoryTokens,
} from '../../client/index.ts';
import type { Person } from '../support/people.ts';
import type { Held, Member, Record } from './member.ts';

export interface PageOptions {
  readonly url: string;
  readonly person: Person;
  readonly peerId: string;
  readonly record: Record;
}

/** A page with the client library. Its tokens and its unsent messages survive a reload. */
export class Page implements Member {
  readonly userId: string;
  readonly access: string;
  readonly record: Record;
  readonly #options: PageOptions;
  readonly #tokens = memoryTokens();
  readonly #outbox = memoryOutbox();
  #client: Client | undefined;
  #talk: Conversation | undefined;
  #news = Promise.withResolvers<void>();

  private constructor(options: PageOptions) {
    this.#options = options;
    this.userId = options.person.id;
    this.access = options.person.access;
    this.record = options.record;
  }

  static async open(options: PageOptions): Promise<Page> {
    const page = new Page(options);
    const client = page.#create();
    await client.logIn(options.person);
    page.#show(client);
    return page;
  }

  /** A page that is left does not wait for anything. The next one resumes with what is stored. */
  reload(): void {
    this.#client?.close();
    const client = this.#create();
    void this.#resume(client);
  }

  async #resume(client: Client): Promise<void> {
    while (this.#client === client && client.session.value.state !== 'in') {
      await client.resume().catch(() => sleep(250));
    }
    if (this.#client === client) this.#show(client);
  }

  #create(): Client {
    const { url: baseUrl } = this.#options;
    this.#client = createClient({ baseUrl, tokens: this.#tokens, outbox: this.#outbox });
    return this.#client;
  }

  #show(client: Client): void {
    const talk = client.conversationWith(this.#options.peerId);
    this.#talk = talk;
    talk.messages.subscribe((messages) => {
      if (this.#client !== client) return;
      for (const { seq, senderId, text, state, reason } of messages) {
        if (state === 'failed') this.record.fault ??= `${text} has failed: ${JSON.stringify(reason)}`;
        if (seq === undefined) continue;
        this.record.show({ seq, senderId, text });
        if (senderId === this.userId) this.record.acknowledge(text, seq);
      }
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    });
    // It keeps trying.
    talk.open().catch(() => undefined);
  }

  async say(texts: readonly string[]): Promise<void> {
    this.record.written.push(...texts);
    while (!this.#talk || this.#client?.session.value.state !== 'in') await sleep(50);
    for (const text of texts) this.#talk.send(text);
    while (!texts.every((text) => this.record.acknowledged.has(text))) await this.#news.promise;
  }

  held(): readonly Held[] {
    return (this.#talk?.messages.value ?? []).flatMap(({ seq, senderId, text }) =>
      seq === undefined ? [] : [{ seq, senderId, text }],
    );
  }

  /** The library catches up by itself. A page that was reloaded shows only the newest messages. */
  async catchUp(): Promise<void> {
    if (this.held()[0]?.seq !== 1) await this.#talk?.loadBackTo(1).catch(() => false);
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}
