import type { Action, Frame, SyncDone, SyncPage } from '../contract/frame-types.ts';
import type { StoredMessage } from '../contract/http-types.ts';
import type { ConversationStore } from '../conversation/conversation.ts';
import type { Inbox } from '../inbox.ts';
import type { Pauses } from '../retrying/pauses.ts';
import { persist } from '../retrying/persist.ts';
import { createShared } from '../retrying/shared.ts';

interface Options {
  readonly request: (action: Action) => Promise<Frame>;
  readonly isOnline: () => boolean;
  readonly conversations: ReadonlyMap<string, ConversationStore>;
  readonly inbox: Inbox;
  readonly receive: (messages: readonly StoredMessage[]) => void;
  /** What was not sent, now that what was said meanwhile is known. */
  readonly onSynced: () => void;
  readonly loadProfile: () => Promise<unknown>;
  readonly random: () => number;
  readonly pauses: Pauses;
}

const SYNCED_AT_ONCE = 50;
/**
 * The server's inbox follows the log by about a second, and by half a minute where its function had to be tried again: what was
 * said just before the socket opened was told to no socket, and is in the inbox only then.
 */
const INBOX_LAGS_MS = [3_000, 27_000];

/** What was missed in a time without a line, or on one that stood still. */
export function createCatchingUp(options: Options) {
  const { request, isOnline, conversations, inbox, receive, onSynced, loadProfile, random, pauses } = options;
  /** Of the last `sync.done`. */
  let position: string | undefined;
  let count = 0;
  /** There was a time without a line since they were loaded. */
  let isInboxStale = true;
  let isProfileStale = true;
  const alive = createShared();

  const open = () => [...conversations.values()].filter((store) => store.isOpen());

  const syncSome = async (batch: readonly ConversationStore[], from: string | undefined) => {
    for (let since = from; ; ) {
      const held = batch.flatMap((store) => {
        // One that was closed meanwhile holds nothing, and takes nothing either.
        const last = store.last();
        return last === undefined ? [] : [[store.face.id, last] as const];
      });
      const reply = (await request({
        action: 'sync',
        conversations: Object.fromEntries(held),
        ...(since !== undefined && { since }),
      })) as SyncPage | SyncDone;
      inbox.merge(reply.conversations);
      // Before the messages: what is too far behind to be filled is not shown page by page either.
      await Promise.all(batch.map((store) => store.reach(inbox.lastOf(store.face.id) ?? 0)));
      receive(reply.messages);
      if (reply.type === 'sync.done') return reply.position;
      if (since !== undefined) since = reply.position;
    }
  };

  /** What was missed in open conversations, and which others are new; a year away costs a page of each. */
  const sync = async () => {
    const since = position;
    const live = open().filter((store) => store.last() !== undefined);
    const positions: string[] = [];
    for (let from = 0; from === 0 || from < live.length; from += SYNCED_AT_ONCE) {
      positions.push(await syncSome(live.slice(from, from + SYNCED_AT_ONCE), since));
    }
    // The earliest: what happened while the others were asked for is told again.
    position = positions[0];
  };

  const loadInbox = async () => {
    await inbox.load();
    isInboxStale = false;
  };

  const refreshProfile = async () => {
    await loadProfile();
    isProfileStale = false;
  };

  return {
    /** On a line that stood, and may have lost something; with what another tab has left unsent. */
    again: () =>
      alive.run(async () => {
        const mine = count;
        await persist(sync, { isWanted: () => mine === count && isOnline(), random, pauses });
        if (mine === count) onSynced();
      }),
    /** After a socket has opened. `isRenewal`: the one before still stood. */
    async run(isRenewal: boolean): Promise<void> {
      count += 1;
      const mine = count;
      isInboxStale ||= !isRenewal;
      isProfileStale ||= !isRenewal;
      const still = { isWanted: () => mine === count && isOnline(), random, pauses };
      await persist(sync, still);
      onSynced();
      if (isInboxStale) await persist(loadInbox, still);
      await Promise.all(open().map((store) => store.begin()));
      if (isProfileStale) await persist(refreshProfile, still);
      void persist(inbox.countRest, still);
      if (isRenewal) return;
      for (const lagMs of INBOX_LAGS_MS) {
        if (still.isWanted()) await pauses.wait(lagMs);
        if (still.isWanted()) await sync().catch(() => undefined);
      }
    },
    reset(): void {
      count += 1;
      position = undefined;
      isInboxStale = true;
      isProfileStale = true;
      alive.reset();
    },
  };
}
