import { backoff } from './backoff.ts';
import { hasCode, mayPass, type ParleyError } from './errors.ts';
import type { Action, Frame } from './frame-types.ts';
import type { StoredMessage } from './http-types.ts';
import { newClientId, peerIn } from './ids.ts';
import type { OutboxStore, Unsent } from './outbox-store.ts';

export type Outbox = ReturnType<typeof createOutbox>;

interface Options {
  readonly store: OutboxStore;
  readonly isOnline: () => boolean;
  /** When it resolves, the reply has been acknowledged. */
  readonly request: (action: Action) => Promise<Frame>;
  /** The last `seq` that this device holds of a conversation. */
  readonly lastOf: (conversation: string) => Promise<number>;
  /** Everything behind a `seq`. */
  readonly behind: (conversation: string, after: number) => Promise<readonly StoredMessage[]>;
  /** Something of this conversation waits, waits no more, or was refused; with the message once it is stored. */
  readonly onChange: (conversation: string, stored?: StoredMessage) => void;
  readonly now: () => number;
  readonly random: () => number;
}

/** What a fault of the server's own does not mend in so many tries, it does not mend. */
const TRIES_OF_A_FAULT = 8;

/**
 * Messages leave one by one in each conversation, since API Gateway does not keep the order of frames in flight. Each is
 * tried with the same `client_id` and `after` until the server has stored or refused it.
 */
export function createOutbox(options: Options) {
  const { store, isOnline, request, lastOf, behind, onChange, now, random } = options;
  let waiting: readonly Unsent[] = [];
  const sending = new Set<string>();
  /** Counts users: what was begun for another one goes no further. */
  let era = 0;
  let lastTime = 0;

  const replace = async (next: Unsent) => {
    if (!waiting.some(({ clientId }) => clientId === next.clientId)) return;
    waiting = waiting.map((one) => (one.clientId === next.clientId ? next : one));
    await store.put(next);
  };

  const drop = (clientId: string) => {
    waiting = waiting.filter((one) => one.clientId !== clientId);
    void store.remove(clientId).catch(() => undefined);
  };

  /** It is in the log: by an acknowledgement, or found there. */
  const acknowledge = (message: StoredMessage): boolean => {
    const own = waiting.find((one) => one.clientId === message.client_id && one.userId === message.sender_id);
    if (!own) return false;
    drop(own.clientId);
    onChange(own.conversation, message);
    return true;
  };

  const nextOf = (conversation: string) =>
    waiting.find((one) => one.conversation === conversation && !one.reason);

  const tryOnce = async (given: Unsent) => {
    let unsent = given;
    if (unsent.after === undefined) {
      unsent = { ...unsent, after: await lastOf(unsent.conversation) };
      await replace(unsent);
    }
    const { conversation, userId, text, clientId: client_id, after } = unsent as Required<Unsent>;
    const to = peerIn(conversation, userId);
    await request({ action: 'message.send', to, text, client_id, after });
  };

  /** So much was said since the first try that the server does not look for it: what was said, is read. */
  const lookBehind = async (unsent: Unsent) => {
    const messages = await behind(unsent.conversation, unsent.after ?? 0);
    if (messages.some(acknowledge)) return;
    await replace({ ...unsent, after: messages.at(-1)?.seq ?? (await lastOf(unsent.conversation)) });
  };

  const refuse = async (unsent: Unsent, { code, message: detail }: ParleyError) => {
    await replace({ ...unsent, reason: { code, detail } });
    onChange(unsent.conversation);
  };

  const pump = async (conversation: string): Promise<void> => {
    const mine = era;
    if (sending.has(conversation)) return;
    sending.add(conversation);
    try {
      let failures = 0;
      for (let head = nextOf(conversation); head && isOnline() && mine === era; head = nextOf(conversation)) {
        const { clientId } = head;
        try {
          await tryOnce(head);
          failures = 0;
        } catch (error) {
          const unsent = waiting.find((one) => one.clientId === clientId);
          if (mine !== era || !unsent) continue;
          failures += 1;
          const isFault = hasCode(error, 'internal') && failures >= TRIES_OF_A_FAULT;
          if (hasCode(error, 'after_invalid') && failures < TRIES_OF_A_FAULT) {
            await lookBehind(unsent).catch(() => undefined);
          } else if (!mayPass(error) || isFault) {
            await refuse(unsent, error as ParleyError);
            failures = 0;
            continue;
          }
          // The line comes back with all that waits; meanwhile there is nothing to wait for.
          if (!isOnline()) return;
          const { retryAfter = 0 } = error as Partial<ParleyError>;
          const delayMs = Math.max(backoff(failures, random), (retryAfter ?? 0) * 1000);
          await new Promise((resolve) => setTimeout(resolve, delayMs));
        }
      }
    } finally {
      if (mine === era) sending.delete(conversation);
    }
  };

  return {
    acknowledge,
    of: (conversation: string) => waiting.filter((one) => one.conversation === conversation),
    /** What an earlier page left unsent. */
    async load(userId: string): Promise<void> {
      const mine = era;
      const kept = await store.load().catch(() => []);
      if (mine !== era) return;
      const known = new Set(waiting.map(({ clientId }) => clientId));
      waiting = [...kept.filter((one) => one.userId === userId && !known.has(one.clientId)), ...waiting].sort(
        (a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0),
      );
      for (const conversation of new Set(waiting.map((one) => one.conversation))) onChange(conversation);
    },
    /** Forgets whom it was for; what is kept stays for when they come back. */
    reset(): void {
      era += 1;
      waiting = [];
      sending.clear();
    },
    add(userId: string, conversation: string, text: string): string {
      const clientId = newClientId();
      // Strictly later than the one before, so that a reload keeps the order.
      lastTime = Math.max(now(), lastTime + 1);
      const unsent = { clientId, userId, conversation, text, createdAt: new Date(lastTime).toISOString() };
      waiting = [...waiting, unsent];
      onChange(conversation);
      // Kept before it is tried: a page that is closed in between has lost nothing.
      void store
        .put(unsent)
        .catch(() => undefined)
        .then(() => pump(conversation));
      return clientId;
    },
    async retry(clientId: string): Promise<void> {
      const unsent = waiting.find((one) => one.clientId === clientId);
      if (!unsent?.reason) return;
      const { reason, ...again } = unsent;
      await replace(again);
      onChange(again.conversation);
      await pump(again.conversation);
    },
    /** Only what was refused: anything else may be on its way. */
    discard(clientId: string): void {
      const unsent = waiting.find((one) => one.clientId === clientId);
      if (!unsent?.reason) return;
      drop(clientId);
      onChange(unsent.conversation);
    },
    pumpAll(): void {
      for (const conversation of new Set(waiting.map((one) => one.conversation))) void pump(conversation);
    },
  };
}
