import type { Action, Frame } from './contract/frame-types.ts';
import type { Conversation } from './contract/http-types.ts';
import { mayPass } from './errors.ts';
import { toldToWait } from './retrying/backoff.ts';

/** Up to which `seq` both members have read, and their devices received. */
export interface Marks {
  readonly read: number;
  readonly received: number;
  readonly peerRead: number;
  readonly peerReceived: number;
}

export type MarkStore = ReturnType<typeof createMarks>;

const NONE: Marks = { read: 0, received: 0, peerRead: 0, peerReceived: 0 };
const COALESCE_MS = 500;
const AGAIN_MS = 2_000;

interface Options {
  readonly isOnline: () => boolean;
  readonly request: (action: Action) => Promise<Frame>;
  readonly onChange: (conversation: string) => void;
}

/** Marks move forward only; of several moves within half a second, the last one is told. */
export function createMarks({ isOnline, request, onChange }: Options) {
  const known = new Map<string, Marks>();
  const untold = {
    'conversation.read': new Map<string, number>(),
    'message.received': new Map<string, number>(),
  };
  type Kind = keyof typeof untold;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts users: what could not be told for an earlier one is nobody's. */
  let era = 0;

  const of = (conversation: string) => known.get(conversation) ?? NONE;

  const merge = (conversation: string, news: Partial<Marks>) => {
    const before = of(conversation);
    const after = { ...before };
    for (const name of Object.keys(NONE) as (keyof Marks)[]) {
      after[name] = Math.max(before[name], news[name] ?? 0);
    }
    if ((Object.keys(NONE) as (keyof Marks)[]).every((name) => after[name] === before[name])) return;
    known.set(conversation, after);
    // What is read has been received.
    const left = untold['message.received'];
    if ((left.get(conversation) ?? 0) <= after.read) left.delete(conversation);
    onChange(conversation);
  };

  const flush = () => {
    timer = undefined;
    if (!isOnline()) return;
    for (const kind of Object.keys(untold) as Kind[]) {
      for (const [conversation, seq] of untold[kind]) void tell(kind, conversation, seq);
    }
  };

  const soon = (delayMs = COALESCE_MS) => {
    timer ??= setTimeout(flush, delayMs);
  };

  const tell = async (kind: Kind, conversation: string, seq: number) => {
    const mine = era;
    const left = untold[kind];
    left.delete(conversation);
    const again = (delayMs?: number) => {
      if (mine !== era) return;
      left.set(conversation, Math.max(seq, left.get(conversation) ?? 0));
      soon(delayMs);
    };
    try {
      const reply = await request({ action: kind, conversation, seq });
      if (reply.type === 'message.received' && reply.retry_after) again(reply.retry_after * 1000);
    } catch (error) {
      // What is refused for good is a mark that nobody needs.
      if (mayPass(error)) again(toldToWait(error) ?? AGAIN_MS);
    }
  };

  const move = (kind: Kind, conversation: string, seq: number) => {
    const { read, received } = of(conversation);
    const isNews = kind === 'conversation.read' ? seq > read : seq > Math.max(read, received);
    if (!isNews) return;
    merge(conversation, kind === 'conversation.read' ? { read: seq } : { received: seq });
    untold[kind].set(conversation, seq);
    soon();
  };

  return {
    of,
    merge,
    /** What the server says of them. */
    learn({ id, read, received, peer_read: peerRead, peer_received: peerReceived }: Conversation): void {
      merge(id, { read, received, peerRead, peerReceived });
    },
    read: (conversation: string, seq: number) => move('conversation.read', conversation, seq),
    received: (conversation: string, seq: number) => move('message.received', conversation, seq),
    /** Without waiting for more of them. */
    tellNow(): void {
      clearTimeout(timer);
      flush();
    },
    /** When the line is back: what could not be told. */
    flush: () => soon(0),
    reset(): void {
      era += 1;
      clearTimeout(timer);
      timer = undefined;
      known.clear();
      for (const left of Object.values(untold)) left.clear();
    },
  };
}
