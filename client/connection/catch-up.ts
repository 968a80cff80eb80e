import type { Action, Frame, SyncDone, SyncPage } from '../contract/frame-types.ts';
import type { StoredMessage } from '../contract/http-types.ts';
import type { ConversationStore } from '../conversation/conversation.ts';
import type { Conversations } from '../conversation/conversations.ts';
import type { Held } from '../conversation/log-reader.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { singleFlight } from '../locks.ts';
import type { Retry } from '../retry.ts';
import type { SettingsStore } from '../settings.ts';

interface Options {
  readonly request: (action: Action) => Promise<Frame>;
  readonly isOnline: () => boolean;
  readonly conversations: Conversations;
  readonly inbox: Inbox;
  readonly settings: Pick<SettingsStore, 'mark'>;
  readonly receive: (messages: readonly StoredMessage[]) => void;
  /** The user is not in this group any more. */
  readonly onGone: (conversation: string) => void;
  /** The missed messages are known now, so unsent messages may go out. */
  readonly onSynced: () => void;
  readonly loadProfile: () => Promise<unknown>;
  readonly retry: Retry;
}

const CONVERSATIONS_PER_SYNC = 50;
/**
 * The server's inbox follows the log by about a second, or by half a minute if its function was retried. A message that
 * was stored just before the socket opened reached no socket, so only a later `sync` finds it.
 */
const INBOX_LAGS_MS = [3_000, 27_000];

/** Fetches frames that were missed without a connection, or on one that was dead for a while. */
export function createCatchUp(options: Options) {
  const { request, isOnline, conversations, inbox, settings, receive, onGone, onSynced, loadProfile, retry } =
    options;
  /** From the last `sync.done`. */
  let position: string | undefined;
  /** A run must stop when the next one has begun. */
  let generation = 0;
  /** There was a time without a connection since they were loaded. */
  let isInboxStale = true;
  let isProfileStale = true;
  const resyncing = singleFlight();

  const syncBatch = async (batch: readonly ConversationStore[], from: string | undefined) => {
    /** What the pages have told so far. A frame may bring a message before the page that has its present state. */
    const told = new Map<ConversationStore, Held>();
    for (let since = from; ; ) {
      for (const store of batch) {
        const held = told.get(store);
        if (held?.isCurrent()) continue;
        // A conversation that was closed meanwhile holds nothing and accepts nothing.
        const next = store.held();
        if (next) told.set(store, next);
        else told.delete(store);
      }
      const mark = settings.mark();
      const reply = (await request({
        action: 'sync',
        conversations: Object.fromEntries(
          [...told].map(([{ id }, { seq, change }]) => [id, { seq, change }] as const),
        ),
        ...(since !== undefined && { since }),
      })) as SyncPage | SyncDone;
      const { gone = [] } = reply;
      for (const id of gone) onGone(id);
      inbox.merge(reply.conversations, mark);
      // Before the messages: a log that is too far behind starts again at its end, instead of showing page after page.
      await Promise.all(batch.map((store) => store.reach(inbox.lastOf(store.id) ?? 0)));
      receive([...reply.messages, ...reply.changed]);
      for (const store of batch) if (reply.resets.includes(store.id)) store.restart();
      for (const [store, held] of told) {
        const last = reply.messages.findLast(({ conversation }) => conversation === store.id);
        const { [store.id]: change = held.change } = reply.changes;
        told.set(store, { ...held, seq: last?.seq ?? held.seq, change });
      }
      if (reply.type === 'sync.done') {
        for (const { change, reached } of told.values()) reached(change);
        return reply.position;
      }
      if (since !== undefined) since = reply.position;
    }
  };

  /** Fetches new messages of open conversations, and other new conversations. After a year away, one page of each. */
  const sync = async () => {
    const since = position;
    const loaded = conversations.open().filter((store) => store.held());
    const positions: string[] = [];
    for (let from = 0; from === 0 || from < loaded.length; from += CONVERSATIONS_PER_SYNC) {
      positions.push(await syncBatch(loaded.slice(from, from + CONVERSATIONS_PER_SYNC), since));
    }
    // The earliest: the next sync repeats what happened between the batches.
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
    /** Only what one conversation has missed. */
    async of(store: ConversationStore): Promise<void> {
      await syncBatch([store], undefined);
    },
    /** On a connection that still works but may have missed frames. Also sends what another tab has left unsent. */
    again: () =>
      resyncing.run(async () => {
        const mine = generation;
        await retry.persist(sync, () => mine === generation && isOnline());
        if (mine === generation) onSynced();
      }),
    /** After a socket has opened. `isRenewal`: the previous one still worked. */
    async run(isRenewal: boolean): Promise<void> {
      generation += 1;
      const mine = generation;
      isInboxStale ||= !isRenewal;
      isProfileStale ||= !isRenewal;
      const isWanted = () => mine === generation && isOnline();
      await retry.persist(sync, isWanted);
      onSynced();
      if (isInboxStale) await retry.persist(loadInbox, isWanted);
      await Promise.all(conversations.open().map((store) => store.begin()));
      if (isProfileStale) await retry.persist(refreshProfile, isWanted);
      void retry.persist(inbox.countRest, isWanted);
      if (isRenewal) return;
      for (const lagMs of INBOX_LAGS_MS) {
        if (isWanted()) await retry.wait(lagMs);
        if (isWanted()) await sync().catch(() => undefined);
      }
    },
    reset(): void {
      generation += 1;
      position = undefined;
      isInboxStale = true;
      isProfileStale = true;
      resyncing.reset();
    },
  };
}
