import type { Action, Frame } from '../contract/frame-types.ts';
import type { StoredMessage } from '../contract/http-types.ts';
import type { ParleyError } from '../errors.ts';
import type { Retry } from '../retry.ts';
import { isChange, isReaction, type UnsentChange, type UnsentReaction, wishOf } from './outbox-store.ts';
import { explained, isRefusal, requireFitting } from './sender.ts';
import { createWaitingList, type WaitingListOptions } from './waiting-list.ts';

interface Options extends WaitingListOptions {
  readonly isOnline: () => boolean;
  /** When it resolves, `acknowledge` has had the message of the reply. */
  readonly request: (action: Action) => Promise<Frame>;
  readonly retry: Retry;
}

/** What is changed. Without `seq`, the message is not known to be stored yet. */
export interface Changing {
  readonly key: string;
  readonly seq: number | undefined;
  readonly version: number;
}

type Change = UnsentChange | UnsentReaction;

const idOf = (key: string | undefined) => `change ${key}`;

/**
 * The user's edits, removals and reactions that are not acknowledged yet. A later edit or removal of the same message replaces one,
 * and so does a later wish about the same reaction. All tabs of the user share them. Sends one at a time in each conversation, in
 * order.
 */
export function createChanges(options: Options) {
  const { isOnline, request, retry } = options;
  const list = createWaitingList<Change>(options);
  const busy = new Set<string>();
  /** Counts users: work that began for an earlier user stops. */
  let generation = 0;

  const get = (key: string | undefined) => list.get(idOf(key)) as UnsentChange | undefined;
  const edits = (conversation: string) => list.of(conversation).filter(isChange);
  const reactionsTo = (key: string) => list.all.filter(isReaction).filter((one) => one.key === key);

  const ready = (conversation: string) =>
    list.of(conversation).find(({ seq, reason }) => seq !== undefined && !reason);

  /**
   * The attempt is stored before it is sent, so all tabs repeat the same text until the server answers. It recognises a
   * repeated edit, but not another text with the same version.
   */
  const prepared = async (change: Change): Promise<Change | undefined> => {
    // If the user changes it meanwhile, the next round sends that.
    const attempt = await list.update(change, (stored) => {
      const { tried, reason } = stored;
      const wish = wishOf(stored);
      const isReady = reason || wish === undefined || tried !== undefined;
      return { ...stored, seq: change.seq ?? 0, ...(!isReady && { tried: wish }) } as Change;
    });
    return attempt?.reason ? undefined : attempt;
  };

  const sendReaction = async ({ clientId, conversation, seq, emoji, wish }: UnsentReaction) => {
    await request({ action: `message.${wish}`, conversation, seq, emoji });
    const now = list.get(clientId);
    // Otherwise the user has changed it meanwhile, and the next round sends that.
    if (now && wishOf(now) === wish) list.drop(now);
  };

  const sendEdit = async ({ clientId, conversation, seq = 0, version, text, tried }: UnsentChange) => {
    if (text === undefined || tried === undefined) {
      await request({ action: 'message.delete', conversation, seq });
    } else {
      requireFitting(tried);
      await request({ action: 'message.edit', conversation, seq, version, text: tried });
    }
    const now = list.get(clientId) as UnsentChange | undefined;
    const isUnanswered = now?.text === text && now?.tried === tried && now?.version === version;
    if (now && isUnanswered) throw new Error('Not acknowledged.');
  };

  const refuse = async (attempt: Change, error: unknown) => {
    const before = list.get(attempt.clientId);
    if (!before) return;
    const { version } = (error as Partial<ParleyError>).present ?? {};
    const reason = explained(error);
    await list.update(before, (stored) => {
      const { tried, ...others } = stored;
      const isThis = versionOf(stored) === versionOf(attempt) && tried === attempt.tried;
      // Otherwise another tab has gone on, or the user has changed it: then that is tried.
      if (!isThis) return stored;
      if (wishOf(stored) !== wishOf(attempt)) return others;
      // To try again is to change what the message is now.
      return { ...others, ...(version && { version }), reason };
    });
  };

  const pump = async (conversation: string): Promise<void> => {
    const mine = generation;
    if (busy.has(conversation)) return;
    busy.add(conversation);
    const isWanted = () => isOnline() && mine === generation;
    let failures = 0;
    for (let next = ready(conversation); next && isWanted(); next = ready(conversation)) {
      const attempt = await prepared(next);
      if (!attempt || !isWanted()) continue;
      try {
        await (isReaction(attempt) ? sendReaction(attempt) : sendEdit(attempt));
        failures = 0;
      } catch (error) {
        if (mine !== generation) return;
        failures += 1;
        if (isRefusal(error, failures)) {
          await refuse(attempt, error);
          failures = 0;
        } else if (isWanted()) {
          // The next connection sends all that waits.
          await retry.pause(error, failures);
        }
      }
    }
    if (mine === generation) busy.delete(conversation);
  };

  /** What the user wants of one that may wait already. */
  const want = async <T extends Change>(
    clientId: string,
    conversation: string,
    next: (before: T | undefined) => T | undefined,
  ) => {
    await list.change(clientId, next as (before: Change | undefined) => Change | undefined);
    await pump(conversation);
  };

  /** Changes one at once here. Then changes the stored version in the same way, unless another tab has removed it. */
  const update = async (own: UnsentChange, next: (one: UnsentChange) => UnsentChange) => {
    const mine = next(own);
    list.take(mine);
    await list.update(mine, (stored) => next(stored as UnsentChange));
    await pump(own.conversation);
  };

  return {
    list,
    pump,
    /** That of a message with this key. */
    get,
    /** The edits and removals of stored messages, by `seq`. */
    of: (conversation: string) => new Map(edits(conversation).map((one) => [one.seq, one])),
    /** The reactions, by `seq`. */
    reactionsOf: (conversation: string) =>
      Map.groupBy(list.of(conversation).filter(isReaction), ({ seq }) => seq),
    /** Without `text`, the message is to be deleted. */
    add(
      message: Changing,
      rest: Pick<UnsentChange, 'changerId' | 'conversation' | 'createdAt' | 'text'>,
    ): void {
      const { key, seq, version } = message;
      const clientId = idOf(key);
      const text = rest.text === undefined ? {} : { text: rest.text };
      void want<UnsentChange>(clientId, rest.conversation, (before) => {
        // One that waits keeps its place, its version and what it has tried.
        const kept = before && !before.reason ? before : { version, ...rest };
        const { text: _, ...others } = kept;
        return { ...others, ...text, ...(seq !== undefined && { seq }), clientId };
      });
    },
    react(wished: Omit<UnsentReaction, 'clientId'>): void {
      const { conversation, key, emoji, wish } = wished;
      const clientId = `reaction ${key} ${plain(emoji)}`;
      void want<UnsentReaction>(clientId, conversation, (before) => {
        const waits = before && !before.reason;
        // One that was never sent and its opposite are nothing.
        if (waits && !before.tried && before.wish !== wish) return undefined;
        return { ...(waits ? before : wished), wish, clientId };
      });
    },
    drop(key: string): void {
      const own = get(key);
      if (own) list.drop(own);
    },
    dropReactions(key: string, isWanted = (_: UnsentReaction) => true): void {
      for (const one of reactionsTo(key).filter(isWanted)) list.drop(one);
    },
    /** Sends all that was refused about a message again. */
    async retry(key: string): Promise<void> {
      const edit = get(key);
      for (const refused of [...(edit ? [edit] : []), ...reactionsTo(key)]) {
        if (!refused.reason) continue;
        await list.update(refused, ({ reason, ...again }) => again);
        await pump(refused.conversation);
      }
    },
    /** A message is stored. If it was edited or removed before, that can be sent now. */
    place({ client_id, sender_id, seq }: StoredMessage): void {
      const own = get(client_id);
      if (own?.seq === undefined && own?.changerId === sender_id)
        void update(own, (one) => ({ ...one, seq }));
    },
    /** Takes a state of a message from any source. It may be what one of them was to bring about. */
    acknowledge({ conversation, seq, message, version = 1, deleted_at }: StoredMessage): void {
      const own = edits(conversation).find((one) => one.seq === seq);
      if (!own) return;
      const { text, tried } = own;
      if (text === undefined) {
        if (deleted_at !== undefined) list.drop(own);
        return;
      }
      // An older state may have the same text by chance.
      if (deleted_at !== undefined || message !== (tried ?? text) || version < own.version) return;
      if (message === text) list.drop(own);
      else {
        void update(own, ({ tried: sent, ...one }) =>
          sent === tried && one.version === own.version
            ? { ...one, version }
            : { ...one, ...(sent && { tried: sent }) },
        );
      }
    },
    reset(): void {
      generation += 1;
      busy.clear();
      list.reset();
    },
  };
}

const versionOf = (one: Change) => (one as Partial<UnsentChange>).version;

/** Keyboards leave the variation selector at its end out at times. With and without it is the same emoji. */
export const plain = (emoji: string): string => emoji.replace(/\ufe0f$/, '');
