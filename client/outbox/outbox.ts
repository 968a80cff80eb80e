import type { StoredMessage } from '../contract/http-types.ts';
import { newId } from '../ids.ts';
import { type OutboxStore, shareStore, type Unsent } from './outbox-store.ts';
import { createSender, type SenderOptions } from './sender.ts';

export type Outbox = ReturnType<typeof createOutbox>;

interface Options extends SenderOptions {
  readonly store: OutboxStore;
  /** The unsent messages of a conversation have changed. `stored` is set if one of them has been stored. */
  readonly onChange: (conversation: string, stored?: StoredMessage) => void;
  /** The last `seq` that an open conversation shows. Undefined if it is not open. */
  readonly lastShown: (conversation: string) => number | undefined;
  readonly now: () => number;
}

/** Unique across users: two users may use the same `client_id`. */
const keyOf = (senderId: string, clientId: string | undefined) => `${senderId} ${clientId}`;

/** The messages that are not acknowledged yet. All tabs of a user share them. */
export function createOutbox(options: Options) {
  const { onChange, lastShown, now } = options;
  const store = shareStore(options.store);
  let waiting: readonly Unsent[] = [];
  /** Messages that were sent or discarded while the store was being read. The result must not bring them back. */
  const settled = new Set<string>();
  let loads = 0;
  /** Counts users: work that began for an earlier user stops. */
  let generation = 0;
  let lastTime = 0;

  const get = (clientId: string) => waiting.find((one) => one.clientId === clientId);

  const forget = ({ clientId, conversation }: Unsent, stored?: StoredMessage) => {
    waiting = waiting.filter((one) => one.clientId !== clientId);
    onChange(conversation, stored);
  };

  const drop = (unsent: Unsent, stored?: StoredMessage) => {
    if (loads > 0) settled.add(keyOf(unsent.userId, unsent.clientId));
    store.remove(unsent.clientId);
    forget(unsent, stored);
  };

  const keep = async (unsent: Unsent) => {
    if (!get(unsent.clientId)) return;
    waiting = waiting.map((one) => (one.clientId === unsent.clientId ? unsent : one));
    onChange(unsent.conversation);
    await store.put(unsent);
  };

  /** The stored version of a message that still waits. Another tab may have sent or discarded it. */
  const latest = async (unsent: Unsent): Promise<Unsent | undefined> => {
    const mine = generation;
    const found = await store.latest(unsent);
    if (mine !== generation || !get(unsent.clientId)) return undefined;
    if (!found) forget(unsent);
    return found;
  };

  /** Takes a stored message from an acknowledgement or from the log. Returns whether it was waiting here. */
  const acknowledge = (message: StoredMessage): boolean => {
    const { client_id: clientId, sender_id: senderId } = message;
    if (loads > 0) settled.add(keyOf(senderId, clientId));
    const own = waiting.find((one) => one.clientId === clientId && one.userId === senderId);
    if (own) drop(own, message);
    return own !== undefined;
  };

  const ready = (conversation: string) =>
    waiting.filter((one) => one.conversation === conversation && !one.reason);

  const sender = createSender({ ready, get, latest, keep, acknowledge }, options);

  /**
   * The store decides: a message that is gone was sent or discarded by another tab, and a new one was left by another
   * tab.
   */
  const merge = (found: readonly Unsent[]) => {
    const added = new Map(found.map((one) => [one.clientId, one]));
    for (const { userId, clientId } of found) {
      if (settled.has(keyOf(userId, clientId)) && added.delete(clientId)) store.remove(clientId);
    }
    const before = waiting.filter(({ clientId }) => !store.isGone(clientId, found));
    const touched = new Set([...waiting, ...added.values()].map((one) => one.conversation));
    for (const { clientId } of before) added.delete(clientId);
    waiting = [...before, ...added.values()].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    for (const conversation of touched) onChange(conversation);
  };

  return {
    acknowledge,
    of: (conversation: string) => waiting.filter((one) => one.conversation === conversation),
    /** Sends all messages that wait, including those that an earlier page or another tab left. */
    async load(userId: string): Promise<void> {
      const mine = generation;
      loads += 1;
      const found = await store.all(userId);
      loads -= 1;
      // If the clock was set back, new messages must still come after these.
      for (const { createdAt } of found ?? []) lastTime = Math.max(lastTime, Date.parse(createdAt) || 0);
      if (mine === generation) {
        merge(found ?? waiting);
        for (const conversation of new Set(waiting.map((one) => one.conversation))) {
          void sender.pump(conversation);
        }
      }
      if (loads === 0) settled.clear();
    },
    /** The number of a user's unsent and refused messages, in all tabs. */
    async count(userId: string): Promise<number> {
      const found = await store.all(userId);
      const own = found ? waiting.filter(({ clientId }) => !store.isGone(clientId, found)) : waiting;
      return new Set([...own, ...(found ?? [])].map(({ clientId }) => clientId)).size;
    },
    /** Removes the messages of matching users: they have logged out, or another user has logged in. */
    async discardAll(isOf: (userId: string) => boolean): Promise<void> {
      await store.removeAll(({ userId }) => isOf(userId), waiting);
    },
    /** Forgets the user. The stored messages stay until they log in again. */
    reset(): void {
      generation += 1;
      waiting = [];
      sender.reset();
    },
    add(userId: string, conversation: string, text: string): string {
      const clientId = newId();
      // Later than the previous message, so that a reload keeps the order.
      lastTime = Math.max(now(), lastTime + 1);
      const createdAt = new Date(lastTime).toISOString();
      const read = lastShown(conversation);
      const unsent = { clientId, userId, conversation, text, createdAt, ...(read !== undefined && { read }) };
      waiting = [...waiting, unsent];
      onChange(conversation);
      // Stored before it is sent: if the page is closed in between, nothing is lost.
      void store.put(unsent).then(() => sender.pump(conversation));
      return clientId;
    },
    async retry(clientId: string): Promise<void> {
      const refused = get(clientId);
      if (!refused?.reason || !(await latest(refused))) return;
      const { reason, ...again } = refused;
      await keep(again);
      await sender.pump(again.conversation);
    },
    /** Only refused messages: any other may be on its way. */
    discard(clientId: string): void {
      const refused = get(clientId);
      if (refused?.reason) drop(refused);
    },
  };
}
