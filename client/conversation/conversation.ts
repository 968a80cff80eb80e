import type { Conversation as InboxEntry, StoredMessage } from '../contract/http-types.ts';
import { ParleyError } from '../errors.ts';
import { notOwn, peerIn } from '../ids.ts';
import type { MarkStore } from '../marks.ts';
import { type Observable, observable, setList } from '../observable.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Pauses } from '../retrying/pauses.ts';
import { persist } from '../retrying/persist.ts';
import { createShared } from '../retrying/shared.ts';
import { createLogReader } from './log-reader.ts';
import { type Message, storedMessage, unsentMessage } from './message.ts';
import { createTyping } from './typing.ts';

export type ConversationStore = ReturnType<typeof createConversation>;

interface Options {
  readonly id: string;
  readonly ownId: () => string;
  readonly get: <T>(path: string) => Promise<T>;
  readonly outbox: Outbox;
  readonly marks: MarkStore;
  /** The inbox has it, with its marks. */
  readonly isKnown: () => boolean;
  readonly onEntry: (entry: InboxEntry) => void;
  /** Of messages that were fetched. */
  readonly onMessages: (messages: readonly StoredMessage[]) => void;
  readonly tellTyping: () => Promise<unknown>;
  readonly isOnline: () => boolean;
  readonly pauses: Pauses;
  readonly now: () => number;
  readonly random: () => number;
}

/** The server finds a `client_id` again among the last 100 messages only: a device that used one twice has two messages of it. */
function distinct(list: readonly Message[]): readonly Message[] {
  const keys = new Set<string>();
  return list.map((message) => {
    const key = keys.has(message.key) ? `${message.key} ${message.seq}` : message.key;
    keys.add(key);
    return key === message.key ? message : { ...message, key };
  });
}

/** One conversation: its messages, live while it is open. */
export function createConversation(options: Options) {
  const { id, ownId, outbox, marks, tellTyping, isOnline, now, random, pauses } = options;
  const messages = observable<readonly Message[]>([]);
  const hasOlder = observable(false);
  const isLoaded = observable(false);
  const typing = createTyping(tellTyping, now);
  /** Acknowledged, while something before it is still missing. */
  const early = new Map<string, StoredMessage>();
  let shown = new Map<string, Message>();
  let users = 0;

  const render = () => {
    const { log } = reader;
    const [own, mine] = [marks.of(id), ownId()];
    for (const [key, { seq }] of early) if (seq <= (log.last ?? 0)) early.delete(key);
    const list = distinct([
      ...log.messages.map((message) => storedMessage(message, own, mine)),
      ...[...early.values()].map((message) => storedMessage(message, own, mine)),
      ...outbox.of(id).map(unsentMessage),
    ]).map((message) => {
      // What has not changed stays the same object: a list renders only what has.
      const before = shown.get(message.key);
      const isSame =
        before?.state === message.state && before.seq === message.seq && before.reason === message.reason;
      return isSame ? before : message;
    });
    shown = new Map(list.map((message) => [message.key, message]));
    setList(messages, list);
    hasOlder.set(log.first > 1);
    isLoaded.set(log.last !== undefined);
  };
  const reader = createLogReader({ ...options, onChange: render });

  const beginning = createShared();
  /** Tries until the log has begun, while somebody wants it and there is a line: the next one's opening goes on. */
  const begin = () =>
    beginning.run(() =>
      persist(reader.ensureLoaded, { isWanted: () => users > 0 && isOnline(), random, pauses }),
    );

  const forget = () => {
    beginning.reset();
    reader.reset();
    early.clear();
    typing.end();
    render();
  };

  const face = {
    id,
    /** The log without a gap, in order; behind it what is on its way or was refused. */
    messages: messages as Observable<readonly Message[]>,
    /** There is history before the first message. */
    hasOlder: hasOlder as Observable<boolean>,
    isLoaded: isLoaded as Observable<boolean>,
    /** The other one types. */
    typing: typing.peer,
    /**
     * Loads the newest messages and keeps them live. Rejects when they cannot be had now; they then come when they can,
     * unless it is `conversation_not_found`: no conversation of whoever is logged in.
     */
    async open(): Promise<void> {
      // What was loaded without being kept up to date may be old.
      if (users === 0) reader.reset();
      users += 1;
      await reader.ensureLoaded().catch((error: unknown) => {
        void begin();
        throw error;
      });
    },
    /** As often as it was opened: then it is no longer live, and forgets what it held. */
    close(): void {
      users = Math.max(0, users - 1);
      if (users > 0) return;
      forget();
    },
    /** Older messages, `limit` of them; before it is open, the newest. */
    loadOlder: (limit?: number): Promise<void> => reader.loadOlder(limit),
    /**
     * Older messages, 100 by 100, until this one is held: for a jump to the first unread one. Loads nothing when it is more than
     * 2,000 back. Returns whether it is held; rejects when they cannot be had now.
     */
    loadBackTo: (seq: number): Promise<boolean> => reader.loadBackTo(seq),
    /**
     * Shows it at once, and sends it as soon as it can be sent. Returns its `key`. Throws when nobody is logged in, or somebody
     * else than whose conversation this is.
     */
    send(text: string): string {
      if (!ownId()) throw new ParleyError('not_logged_in', 'Log in first.');
      if (!peerIn(id, ownId())) throw notOwn();
      return outbox.add(ownId(), id, text);
    },
    /** A failed one, once more. */
    retry: (key: string) => outbox.retry(key),
    /** A failed one is no longer shown. */
    discard: (key: string) => outbox.discard(key),
    /** Up to here, or all of it, has been read. */
    markRead(seq = reader.log.last): void {
      if (seq) marks.read(id, seq);
    },
    /** Call it at each key: the other one is told every 3 s at most. */
    type: () => typing.own(),
  };

  return {
    face,
    typing,
    render,
    begin,
    isOpen: () => users > 0,
    last: () => reader.log.last,
    reach: reader.reach,
    receive(news: readonly StoredMessage[]): void {
      if (users > 0) reader.add(news);
    },
    /** One of the outbox's is stored. */
    stored(message: StoredMessage): void {
      if (users > 0) early.set(message.client_id ?? message.id, message);
    },
    reset(): void {
      users = 0;
      forget();
    },
  };
}
