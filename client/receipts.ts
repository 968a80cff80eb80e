import type { Action, Frame } from './contract/frame-types.ts';
import type { Conversation } from './contract/http-types.ts';
import { mayPass } from './errors.ts';
import { retryAfterMs } from './retry.ts';

/** Up to which `seq` both members have read, and their devices have received. */
export interface Receipts {
  readonly read: number;
  readonly received: number;
  readonly peerRead: number;
  readonly peerReceived: number;
}

export type ReceiptStore = ReturnType<typeof createReceipts>;

const NONE: Receipts = { read: 0, received: 0, peerRead: 0, peerReceived: 0 };
const COALESCE_MS = 500;
const RETRY_MS = 2_000;

interface Options {
  readonly isOnline: () => boolean;
  readonly request: (action: Action) => Promise<Frame>;
  readonly onChange: (conversation: string) => void;
  /** The user has read further. */
  readonly onRead: (conversation: string) => void;
}

/** Receipts only move forward. Of several moves within half a second, the last one is sent. */
export function createReceipts({ isOnline, request, onChange, onRead }: Options) {
  const known = new Map<string, Receipts>();
  const unsent = {
    'conversation.read': new Map<string, number>(),
    'message.received': new Map<string, number>(),
  };
  type Kind = keyof typeof unsent;
  const sending = new Set<Promise<void>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts users: a receipt that could not be sent for an earlier user is dropped. */
  let generation = 0;

  const of = (conversation: string) => known.get(conversation) ?? NONE;

  const merge = (conversation: string, moved: Partial<Receipts>) => {
    const before = of(conversation);
    const after = { ...before };
    for (const name of Object.keys(NONE) as (keyof Receipts)[]) {
      after[name] = Math.max(before[name], moved[name] ?? 0);
    }
    if ((Object.keys(NONE) as (keyof Receipts)[]).every((name) => after[name] === before[name])) return;
    known.set(conversation, after);
    // A message that was read has been received.
    const waiting = unsent['message.received'];
    if ((waiting.get(conversation) ?? 0) <= after.read) waiting.delete(conversation);
    if (after.read > before.read) onRead(conversation);
    onChange(conversation);
  };

  const sendAll = () => {
    timer = undefined;
    if (!isOnline()) return;
    for (const kind of Object.keys(unsent) as Kind[]) {
      for (const [conversation, seq] of unsent[kind]) {
        const sent = send(kind, conversation, seq);
        sending.add(sent);
        void sent.finally(() => sending.delete(sent));
      }
    }
  };

  const soon = (delayMs = COALESCE_MS) => {
    timer ??= setTimeout(sendAll, delayMs);
  };

  const send = async (kind: Kind, conversation: string, seq: number) => {
    const mine = generation;
    const waiting = unsent[kind];
    waiting.delete(conversation);
    const again = (delayMs?: number) => {
      if (mine !== generation) return;
      waiting.set(conversation, Math.max(seq, waiting.get(conversation) ?? 0));
      soon(delayMs);
    };
    try {
      const reply = await request({ action: kind, conversation, seq });
      if (reply.type === 'message.received' && reply.retry_after) again(reply.retry_after * 1000);
    } catch (error) {
      // A receipt that is refused for good is not needed.
      if (mayPass(error)) again(retryAfterMs(error) ?? RETRY_MS);
    }
  };

  const move = (kind: Kind, conversation: string, seq: number) => {
    const { read, received } = of(conversation);
    const isNews = kind === 'conversation.read' ? seq > read : seq > Math.max(read, received);
    if (!isNews) return;
    merge(conversation, kind === 'conversation.read' ? { read: seq } : { received: seq });
    unsent[kind].set(conversation, seq);
    soon();
  };

  return {
    of,
    merge,
    /** Takes the server's receipts. */
    update(conversation: Conversation): void {
      const { id, kind, read, received } = conversation;
      // Those of many members are not followed.
      const peers =
        kind === 'group'
          ? {}
          : { peerRead: conversation.peer_read, peerReceived: conversation.peer_received };
      merge(id, { read, received, ...peers });
    },
    read: (conversation: string, seq: number) => move('conversation.read', conversation, seq),
    received: (conversation: string, seq: number) => move('message.received', conversation, seq),
    /** Sends at once all receipts that wait. Resolves when they and those under way are answered. */
    async flush(): Promise<void> {
      clearTimeout(timer);
      sendAll();
      await Promise.all(sending);
    },
    reset(): void {
      generation += 1;
      clearTimeout(timer);
      timer = undefined;
      known.clear();
      for (const waiting of Object.values(unsent)) waiting.clear();
    },
  };
}
