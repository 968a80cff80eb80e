import { backoff } from './backoff.ts';
import { hasCode, mayPass, ParleyError } from './errors.ts';
import type { Action, Frame } from './frame-types.ts';
import type { StoredMessage } from './http-types.ts';
import { newClientId, peerIn } from './ids.ts';
import { createShelf } from './outbox-shelf.ts';
import type { OutboxStore, Unsent } from './outbox-store.ts';
import type { Pause } from './pauses.ts';

export type Outbox = ReturnType<typeof createOutbox>;

interface Options {
  readonly store: OutboxStore;
  readonly isOnline: () => boolean;
  /** When it resolves, the reply has been acknowledged. */
  readonly request: (action: Action) => Promise<Frame>;
  /** The last `seq` that this device holds of a conversation. */
  readonly lastOf: (conversation: string) => Promise<number>;
  /** The last `seq` that there is. */
  readonly newestOf: (conversation: string) => Promise<number>;
  /** Everything behind a `seq`, page by page. */
  readonly behind: (conversation: string, after: number) => AsyncIterable<readonly StoredMessage[]>;
  /** Something of this conversation waits, waits no more, or was refused; with the message once it is stored. */
  readonly onChange: (conversation: string, stored?: StoredMessage) => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly pause: Pause;
}

/** What a fault of the server's own does not mend in so many tries, it does not mend. */
const TRIES_OF_A_FAULT = 8;
/** API Gateway closes a socket on which a frame of more than 32 KB comes: it would be tried for ever. */
const MOST_BYTES = 30_000;

/**
 * Messages leave one by one in each conversation, since API Gateway does not keep the order of frames in flight. Each is
 * tried with the same `client_id` and `after` until the server has stored or refused it, by all tabs that know of it.
 */
export function createOutbox(options: Options) {
  const { store, isOnline, request, lastOf, newestOf, behind, onChange, now, random, pause } = options;
  const shelf = createShelf(store);
  let waiting: readonly Unsent[] = [];
  const sending = new Set<string>();
  /** What is done with while the store is read: what was read does not bring it back. */
  const settled = new Set<string>();
  let loads = 0;
  /** Counts users: what was begun for another one goes no further. */
  let era = 0;
  let lastTime = 0;

  const isWaiting = (clientId: string) => waiting.some((one) => one.clientId === clientId);

  const forget = ({ clientId, conversation }: Unsent, stored?: StoredMessage) => {
    waiting = waiting.filter((one) => one.clientId !== clientId);
    onChange(conversation, stored);
  };

  const drop = (unsent: Unsent, stored?: StoredMessage) => {
    if (loads > 0) settled.add(unsent.clientId);
    shelf.remove(unsent.clientId);
    forget(unsent, stored);
  };

  const keep = async (next: Unsent) => {
    waiting = waiting.map((one) => (one.clientId === next.clientId ? next : one));
    onChange(next.conversation);
    await shelf.put(next);
  };

  /** As it is kept by now, if it still waits; another tab may be done with it. */
  const latest = async (unsent: Unsent): Promise<Unsent | undefined> => {
    const mine = era;
    const found = await shelf.latest(unsent);
    if (mine !== era || !isWaiting(unsent.clientId)) return undefined;
    if (!found) forget(unsent);
    return found;
  };

  const replace = async (next: Unsent) => {
    if (await latest(next)) await keep(next);
  };

  /** It is in the log: by an acknowledgement, or found there. */
  const acknowledge = (message: StoredMessage): boolean => {
    const { client_id: clientId, sender_id: senderId } = message;
    if (loads > 0 && clientId) settled.add(clientId);
    const own = waiting.find((one) => one.clientId === clientId && one.userId === senderId);
    if (own) drop(own, message);
    return own !== undefined;
  };

  const nextOf = (conversation: string) =>
    waiting.find((one) => one.conversation === conversation && !one.reason);

  /**
   * With `after`: this tab's, unless another one was faster. Determined first and read then: who finds none that is kept has
   * not been overtaken, so that whichever tab tries first, all that follow look for it from where it can be.
   */
  const prepared = async (unsent: Unsent) => {
    const after = unsent.after ?? (await lastOf(unsent.conversation));
    const kept = await latest(unsent);
    if (!kept) return undefined;
    if (kept.after === undefined) await keep({ ...unsent, after });
    return { unsent: { after, ...kept }, isUntried: kept.after === undefined };
  };

  /** So much was said since the first try that the server does not look for it: what was said, is read. */
  const lookBehind = async (unsent: Unsent) => {
    let last = unsent.after ?? 0;
    for await (const messages of behind(unsent.conversation, last)) {
      if (messages.filter(acknowledge).length > 0 && !isWaiting(unsent.clientId)) return;
      last = messages.at(-1)?.seq ?? last;
    }
    await replace({ ...unsent, after: last });
  };

  const send = async ({ clientId: client_id, conversation, userId, text, after = 0 }: Unsent) => {
    if (new TextEncoder().encode(JSON.stringify(text)).length > MOST_BYTES) {
      throw new ParleyError('validation_failed', 'The message is too long.');
    }
    const to = peerIn(conversation, userId);
    await request({ action: 'message.send', to, text, client_id, after });
    if (isWaiting(client_id)) throw new Error('The server acknowledged something else.');
  };

  const pump = async (conversation: string): Promise<void> => {
    const mine = era;
    if (sending.has(conversation)) return;
    sending.add(conversation);
    const isWanted = () => isOnline() && mine === era;
    let failures = 0;
    for (let head = nextOf(conversation); head && isWanted(); head = nextOf(conversation)) {
      const { clientId } = head;
      let isUntried = false;
      try {
        const next = await prepared(head);
        if (!next || mine !== era) continue;
        isUntried = next.isUntried;
        await send(next.unsent);
        failures = 0;
      } catch (error) {
        const unsent = waiting.find((one) => one.clientId === clientId);
        if (mine !== era || !unsent) continue;
        failures += 1;
        const { code, message: detail, retryAfter = 0 } = error as Partial<ParleyError>;
        const isFault = hasCode(error, 'internal') && failures >= TRIES_OF_A_FAULT;
        if (hasCode(error, 'after_invalid') && failures < TRIES_OF_A_FAULT) {
          // What was never tried before is not in the log.
          const mend = isUntried
            ? newestOf(conversation).then((after) => replace({ ...unsent, after }))
            : lookBehind(unsent);
          await mend.catch(() => undefined);
        } else if (!mayPass(error) || isFault) {
          await replace({ ...unsent, reason: { code: code ?? '', detail: detail ?? '' } });
          failures = 0;
          continue;
        }
        // The line comes back with all that waits; meanwhile there is nothing to wait for.
        if (isWanted()) await pause(Math.max(backoff(failures, random), (retryAfter ?? 0) * 1000));
      }
    }
    if (mine === era) sending.delete(conversation);
  };

  const pumpAll = () => {
    for (const conversation of new Set(waiting.map((one) => one.conversation))) void pump(conversation);
  };

  /** What is kept is the truth: what is not there any more another tab has sent or discarded, what is new it has left. */
  const merge = (found: readonly Unsent[]) => {
    const kept = new Map(found.map((one) => [one.clientId, one]));
    for (const clientId of settled) if (kept.delete(clientId)) shelf.remove(clientId);
    const before = waiting.filter(({ clientId }) => !shelf.isGone(clientId, found));
    const touched = new Set([...waiting, ...kept.values()].map((one) => one.conversation));
    for (const { clientId } of before) kept.delete(clientId);
    waiting = [...before, ...kept.values()].sort((a, b) =>
      a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0,
    );
    for (const conversation of touched) onChange(conversation);
  };

  return {
    acknowledge,
    of: (conversation: string) => waiting.filter((one) => one.conversation === conversation),
    /** Sends what waits, and what an earlier page or another tab left unsent. */
    async load(userId: string): Promise<void> {
      const mine = era;
      loads += 1;
      const found = await shelf.all(userId);
      loads -= 1;
      if (mine === era) {
        merge(found ?? waiting);
        pumpAll();
      }
      if (loads === 0) settled.clear();
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
      void shelf.put(unsent).then(() => pump(conversation));
      return clientId;
    },
    async retry(clientId: string): Promise<void> {
      const unsent = waiting.find((one) => one.clientId === clientId);
      if (!unsent?.reason) return;
      const { reason, ...again } = unsent;
      await replace(again);
      await pump(again.conversation);
    },
    /** Only what was refused: anything else may be on its way. */
    discard(clientId: string): void {
      const unsent = waiting.find((one) => one.clientId === clientId);
      if (unsent?.reason) drop(unsent);
    },
  };
}
