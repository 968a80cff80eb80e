import type { StoredMessage } from '../contract/http-types.ts';
import { newClientId } from '../ids.ts';
import { createShelf } from './outbox-shelf.ts';
import type { OutboxStore, Unsent } from './outbox-store.ts';
import { createSending, type SendingOptions } from './sending.ts';

export type Outbox = ReturnType<typeof createOutbox>;

interface Options extends SendingOptions {
  readonly store: OutboxStore;
  /** Something of this conversation waits, waits no more, or was refused; with the message once it is stored. */
  readonly onChange: (conversation: string, stored?: StoredMessage) => void;
  /** The last `seq` of a conversation that is shown; undefined where none is. */
  readonly shownOf: (conversation: string) => number | undefined;
  readonly now: () => number;
}

/** Of a message, whoever else may have used the same `client_id`. */
const nameOf = (senderId: string, clientId: string | undefined) => `${senderId} ${clientId}`;

/** What waits for its acknowledgement, as the tabs of a user know of it together. */
export function createOutbox(options: Options) {
  const { store, onChange, shownOf, now } = options;
  const shelf = createShelf(store);
  let waiting: readonly Unsent[] = [];
  /** What is done with while the store is read: what was read does not bring it back. */
  const settled = new Set<string>();
  let loads = 0;
  /** Counts users: what was begun for another one goes no further. */
  let era = 0;
  let lastTime = 0;

  const get = (clientId: string) => waiting.find((one) => one.clientId === clientId);

  const forget = ({ clientId, conversation }: Unsent, stored?: StoredMessage) => {
    waiting = waiting.filter((one) => one.clientId !== clientId);
    onChange(conversation, stored);
  };

  const drop = (unsent: Unsent, stored?: StoredMessage) => {
    if (loads > 0) settled.add(nameOf(unsent.userId, unsent.clientId));
    shelf.remove(unsent.clientId);
    forget(unsent, stored);
  };

  const keep = async (unsent: Unsent) => {
    if (!get(unsent.clientId)) return;
    waiting = waiting.map((one) => (one.clientId === unsent.clientId ? unsent : one));
    onChange(unsent.conversation);
    await shelf.put(unsent);
  };

  /** As it is kept by now, if it still waits; another tab may be done with it. */
  const latest = async (unsent: Unsent): Promise<Unsent | undefined> => {
    const mine = era;
    const found = await shelf.latest(unsent);
    if (mine !== era || !get(unsent.clientId)) return undefined;
    if (!found) forget(unsent);
    return found;
  };

  /** It is in the log: by an acknowledgement, or found there. */
  const acknowledge = (message: StoredMessage): boolean => {
    const { client_id: clientId, sender_id: senderId } = message;
    if (loads > 0) settled.add(nameOf(senderId, clientId));
    const own = waiting.find((one) => one.clientId === clientId && one.userId === senderId);
    if (own) drop(own, message);
    return own !== undefined;
  };

  const next = (conversation: string) =>
    waiting.find((one) => one.conversation === conversation && !one.reason);

  const sending = createSending({ next, get, latest, keep, acknowledge }, options);

  /** What is kept is the truth: what is not there any more another tab has sent or discarded, what is new it has left. */
  const merge = (found: readonly Unsent[]) => {
    const kept = new Map(found.map((one) => [one.clientId, one]));
    for (const { userId, clientId } of found) {
      if (settled.has(nameOf(userId, clientId)) && kept.delete(clientId)) shelf.remove(clientId);
    }
    const before = waiting.filter(({ clientId }) => !shelf.isGone(clientId, found));
    const touched = new Set([...waiting, ...kept.values()].map((one) => one.conversation));
    for (const { clientId } of before) kept.delete(clientId);
    waiting = [...before, ...kept.values()].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
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
      // By a clock that was set back since, what is written now would leave first.
      for (const { createdAt } of found ?? []) lastTime = Math.max(lastTime, Date.parse(createdAt) || 0);
      if (mine === era) {
        merge(found ?? waiting);
        for (const conversation of new Set(waiting.map((one) => one.conversation))) {
          void sending.pump(conversation);
        }
      }
      if (loads === 0) settled.clear();
    },
    /** How many messages of a user wait or were refused, in all tabs. */
    async count(userId: string): Promise<number> {
      const found = await shelf.all(userId);
      const own = found ? waiting.filter(({ clientId }) => !shelf.isGone(clientId, found)) : waiting;
      return new Set([...own, ...(found ?? [])].map(({ clientId }) => clientId)).size;
    },
    /** Removes for good what some users left: they have logged out, or somebody else has logged in. */
    async discardAll(isOf: (userId: string) => boolean): Promise<void> {
      await shelf.removeAll(({ userId }) => isOf(userId), waiting);
    },
    /** Forgets whom it was for; what is kept stays for when they come back. */
    reset(): void {
      era += 1;
      waiting = [];
      sending.reset();
    },
    add(userId: string, conversation: string, text: string): string {
      const clientId = newClientId();
      // Strictly later than the one before, so that a reload keeps the order.
      lastTime = Math.max(now(), lastTime + 1);
      const createdAt = new Date(lastTime).toISOString();
      const read = shownOf(conversation);
      const unsent = { clientId, userId, conversation, text, createdAt, ...(read !== undefined && { read }) };
      waiting = [...waiting, unsent];
      onChange(conversation);
      // Kept before it is tried: a page that is closed in between has lost nothing.
      void shelf.put(unsent).then(() => sending.pump(conversation));
      return clientId;
    },
    async retry(clientId: string): Promise<void> {
      const refused = get(clientId);
      if (!refused?.reason || !(await latest(refused))) return;
      const { reason, ...again } = refused;
      await keep(again);
      await sending.pump(again.conversation);
    },
    /** Only what was refused: anything else may be on its way. */
    discard(clientId: string): void {
      const refused = get(clientId);
      if (refused?.reason) drop(refused);
    },
  };
}
