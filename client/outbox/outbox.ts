import type { StoredMessage } from '../contract/http-types.ts';
import { newId } from '../ids.ts';
import { type Changing, createChanges } from './changes.ts';
import {
  type Extras,
  isChange,
  isMessage,
  isReaction,
  type OutboxStore,
  shareStore,
  type Unsent,
  type UnsentChange,
  type UnsentReaction,
  type Waiting,
  writerOf,
} from './outbox-store.ts';
import { createSender, type SenderOptions } from './sender.ts';
import { createWaitingList } from './waiting-list.ts';

export type Outbox = ReturnType<typeof createOutbox>;

interface Options extends SenderOptions {
  readonly store: OutboxStore;
  /** Another entry waits in a conversation, or one less. `stored` is the message of it that has been stored, if one has. */
  readonly onChange: (conversation: string, stored?: StoredMessage) => void;
  /** The last `seq` that an open conversation shows. Undefined if it is not open. */
  readonly lastShown: (conversation: string) => number | undefined;
  readonly now: () => number;
}

const DAY_MS = 24 * 60 * 60_000;

/** A copy, as JSON would store it: what the caller changes later does not change the message. */
const given = (extras: Extras): Extras => JSON.parse(JSON.stringify(extras));

/** The messages, edits, removals and reactions that are not acknowledged yet. All tabs of a user share them. */
export function createOutbox(options: Options) {
  const { onChange, lastShown, now } = options;
  const store = shareStore(options.store);
  let loads = 0;
  /** Counts users: work that began for an earlier user stops. */
  let generation = 0;
  let lastTime = 0;

  const shared = { store, onChange, isLoading: () => loads > 0 };
  const messages = createWaitingList<Unsent>(shared);
  const { get, update } = messages;
  const changes = createChanges({ ...options, ...shared });

  /** Later than the previous one, so that a reload keeps the order. */
  const nextTime = () => {
    lastTime = Math.max(now(), lastTime + 1);
    return new Date(lastTime).toISOString();
  };

  /** With the text that the user has given it since. */
  const edited = (unsent: Unsent): Unsent => {
    const text = changes.get(unsent.clientId)?.text;
    return text === undefined ? unsent : { ...unsent, text };
  };

  /** Takes a stored message from an acknowledgement or from the log. Returns whether it was waiting here. */
  const acknowledge = (message: StoredMessage): boolean => {
    const { client_id: clientId, sender_id: senderId } = message;
    messages.settle(senderId, clientId);
    changes.place(message);
    const own = messages.all.find((one) => one.clientId === clientId && one.userId === senderId);
    if (own) messages.drop(own, message);
    return own !== undefined;
  };

  /** One that was never tried goes with its edit. After that, all tries must have the same text, so the edit follows. */
  const ready = (conversation: string) =>
    messages
      .of(conversation)
      .filter(({ reason }) => !reason)
      .map((one) => (one.after === undefined ? edited(one) : one));

  const sender = createSender({ ready, get, update, acknowledge }, options);

  const pump = () => {
    const waiting: readonly Waiting[] = [...messages.all, ...changes.list.all];
    for (const conversation of new Set(waiting.map((one) => one.conversation))) {
      void sender.pump(conversation);
      void changes.pump(conversation);
    }
  };

  /** A change whose message did not appear in a day is given up: the message was never stored. */
  const isGivenUp = (change: UnsentChange | UnsentReaction) =>
    change.seq === undefined &&
    now() - Date.parse(change.createdAt) > DAY_MS &&
    !messages.all.some(({ clientId }) => changes.get(clientId) === change);

  const retry = async (clientId: string): Promise<void> => {
    const refused = get(clientId);
    if (!refused) return changes.retry(clientId);
    if (!refused.reason) return;
    const { text } = edited(refused);
    const again = await update(refused, ({ reason, ...stored }) => ({ ...stored, text }));
    if (!again) return;
    // It has the text of this edit.
    if (changes.get(clientId)?.text === text) changes.drop(clientId);
    await sender.pump(again.conversation);
  };

  return {
    acknowledge,
    /** A conversation shows this state of a message now. */
    follow: changes.acknowledge,
    of: (conversation: string) => messages.of(conversation).map(edited),
    /** The edits and removals of stored messages, by `seq`. */
    changesOf: changes.of,
    reactionsOf: changes.reactionsOf,
    /** Sends all that waits, including what an earlier page or another tab left. */
    async load(userId: string): Promise<void> {
      const mine = generation;
      loads += 1;
      const found = await store.all(userId);
      loads -= 1;
      // If the clock was set back, what is new must still come after these.
      for (const { createdAt } of found ?? []) lastTime = Math.max(lastTime, Date.parse(createdAt) || 0);
      if (mine === generation) {
        if (found) {
          messages.merge(found.filter(isMessage));
          changes.list.merge(found.filter((one) => isChange(one) || isReaction(one)));
          for (const one of changes.list.all.filter(isGivenUp)) changes.list.drop(one);
        }
        pump();
      }
      if (loads > 0) return;
      messages.endLoading();
      changes.list.endLoading();
    },
    /** The number of a user's unsent and refused messages, edits, removals and reactions, in all tabs. */
    async count(userId: string): Promise<number> {
      const found = await store.all(userId);
      const own: readonly Waiting[] = [...messages.all, ...changes.list.all];
      const left = found ? own.filter(({ clientId }) => !store.isGone(clientId, found)) : own;
      // A change of an unsent message goes with it.
      const counted = [...left, ...(found ?? [])].filter((one) => !isChange(one) || one.seq !== undefined);
      return new Set(counted.map(({ clientId }) => clientId)).size;
    },
    /** Removes what matching users have left: they have logged out, or another user has logged in. */
    async discardAll(isOf: (userId: string) => boolean): Promise<void> {
      await store.removeAll((one) => isOf(writerOf(one)), [...messages.all, ...changes.list.all]);
    },
    /** Removes what waits in a conversation: the user is not in it any more. */
    discardIn(conversation: string): void {
      for (const one of messages.of(conversation)) messages.drop(one);
      for (const one of changes.list.of(conversation)) changes.list.drop(one);
    },
    /** Forgets the user. What is stored stays until they log in again. */
    reset(): void {
      generation += 1;
      messages.reset();
      changes.reset();
      sender.reset();
    },
    add(userId: string, conversation: string, text: string, extras: Extras = {}): string {
      const clientId = newId();
      const createdAt = nextTime();
      const read = lastShown(conversation);
      const unsent: Unsent = {
        ...{ clientId, userId, conversation, text, createdAt },
        ...(read !== undefined && { read }),
        ...given(extras),
      };
      // Stored before it is sent: if the page is closed in between, nothing is lost.
      void messages.put(unsent).then(() => sender.pump(conversation));
      return clientId;
    },
    /** Edits a message of the user, or removes it if there is no `text`. */
    change(userId: string, conversation: string, message: Changing, text?: string): void {
      const { key } = message;
      const unsent = get(key);
      // A deleted message has no reactions.
      if (text === undefined) changes.dropReactions(key);
      const change = {
        changerId: userId,
        conversation,
        createdAt: nextTime(),
        ...(text !== undefined && { text }),
      };
      if (unsent && text === undefined) {
        messages.drop(unsent);
        // It may be on its way, from another tab too. So the removal waits a while for it to appear in the log.
        if (unsent.reason) changes.drop(key);
        else changes.add(message, change);
        return;
      }
      changes.add(message, change);
      if (unsent?.reason) void retry(key);
    },
    /** Reacts to a stored message, or takes that back. */
    react(
      userId: string,
      conversation: string,
      reaction: Pick<UnsentReaction, 'key' | 'seq' | 'emoji' | 'wish'>,
    ): void {
      changes.react({ ...reaction, reactorId: userId, conversation, createdAt: nextTime() });
    },
    /** Sends a refused message, edit, removal or reaction once more. */
    retry,
    /** Only what was refused: anything else may be on its way. */
    discard(clientId: string): void {
      const refused = get(clientId);
      if (refused?.reason) messages.drop(refused);
      if ((refused ?? changes.get(clientId))?.reason) changes.drop(clientId);
      changes.dropReactions(clientId, ({ reason }) => reason !== undefined);
    },
  };
}
