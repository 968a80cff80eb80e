import type { Conversation, Settings, SettingsChange } from './contract/http-types.ts';
import { pathOf } from './ids.ts';
import { type Lock, pageLock } from './locks.ts';
import { type Changeable, type Observable, observable } from './observable.ts';
import { otherUser } from './session/api.ts';

/** The user's own settings of a conversation, the same on all their devices. */
export interface ConversationSettings {
  /** Its messages are not told until then. Null if they are. */
  readonly mutedUntil: string | null;
  readonly pinnedAt: string | null;
  /** It stays archived until a later message comes. */
  readonly archivedAt: string | null;
  /** The user has marked it as unread. */
  readonly isUnread: boolean;
}

interface Options {
  readonly get: <T>(path: string) => Promise<T>;
  readonly send: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  readonly now: () => number;
  /** Resolves when the server has the positions that the user has read up to. */
  readonly readSaved: () => Promise<unknown>;
  readonly onChange: () => void;
}

interface State {
  /** As the server has told. */
  stored: ConversationSettings;
  /** How much had been told when it was. */
  at: number;
  /** Changes that the server has not answered yet. */
  wishes: readonly Partial<ConversationSettings>[];
  readonly shown: Changeable<ConversationSettings>;
  readonly inTurn: Lock;
  /** Until a mute ends. */
  timer?: ReturnType<typeof setTimeout>;
}

export type SettingsStore = ReturnType<typeof createSettings>;

/** What the server shows for “for ever”, and what a wish has as its time until the server has set one. */
const FOREVER = '9999-12-31T23:59:59.999Z';
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const NOTHING: ConversationSettings = { mutedUntil: null, pinnedAt: null, archivedAt: null, isUnread: false };

const isSame = (one: object, other: object) => JSON.stringify(one) === JSON.stringify(other);

const read = (given?: Settings): ConversationSettings =>
  given
    ? {
        mutedUntil: given.muted_until,
        pinnedAt: given.pinned_at,
        archivedAt: given.archived_at,
        isUnread: given.unread,
      }
    : NOTHING;

/**
 * What each conversation is to the user. A change shows at once, and is undone if the server refuses it. Frames tell the changes of
 * other devices, and pages those that were missed.
 */
export function createSettings({ get, send, now, readSaved, onChange }: Options) {
  const states = new Map<string, State>();
  /** Counts what frames and answers have told. */
  let moves = 0;
  /** Counts users: what an earlier user asked for is not sent. */
  let generation = 0;

  const stateOf = (id: string): State => {
    const known = states.get(id);
    if (known) return known;
    const state = { stored: NOTHING, at: 0, wishes: [], shown: observable(NOTHING), inTurn: pageLock() };
    states.set(id, state);
    return state;
  };

  const render = (state: State) => {
    const wished: ConversationSettings = Object.assign({}, state.stored, ...state.wishes);
    const leftMs = Date.parse(wished.mutedUntil ?? '') - now();
    const shown = leftMs > 0 ? wished : { ...wished, mutedUntil: null };
    clearTimeout(state.timer);
    if (leftMs > 0) state.timer = setTimeout(render, Math.min(leftMs, LONGEST_TIMER_MS), state);
    if (isSame(shown, state.shown.value)) return;
    state.shown.set(shown);
    onChange();
  };

  const next = () => {
    moves += 1;
    return moves;
  };
  const take = (id: string, stored: ConversationSettings, at = next()) => {
    const state = stateOf(id);
    Object.assign(state, { stored, at });
    render(state);
  };

  const change = (id: string, body: SettingsChange, wish: Partial<ConversationSettings>): Promise<void> => {
    const mine = generation;
    const state = stateOf(id);
    state.wishes = [...state.wishes, wish];
    render(state);
    return state.inTurn(async () => {
      try {
        // A position that the server gets later would take the mark away.
        if (body.unread) await readSaved();
        if (mine !== generation) throw otherUser();
        const before = state.at;
        const answered = read(await send<Settings>('PATCH', `${pathOf(id)}/settings`, body));
        const isDoubtful = state.at !== before && !isSame(answered, state.stored);
        take(id, answered);
        // A frame has told of another device's change meanwhile. Which of the two came last, only the server knows.
        if (isDoubtful) take(id, read((await get<Conversation>(pathOf(id))).settings));
      } finally {
        state.wishes = state.wishes.filter((one) => one !== wish);
        render(state);
      }
    });
  };

  return {
    of: (id: string): Observable<ConversationSettings> => stateOf(id).shown,
    /** The changes of one conversation, for the application. */
    changes: (id: string) => ({
      /**
       * The user is not told of its messages until then.
       * @throws ParleyError `conversation_not_found` before its first message, as the others
       */
      mute: (until: Date | 'forever'): Promise<void> => {
        const time = until === 'forever' ? until : until.toISOString();
        return change(id, { muted_until: time }, { mutedUntil: until === 'forever' ? FOREVER : time });
      },
      unmute: (): Promise<void> => change(id, { muted_until: null }, { mutedUntil: null }),
      /**
       * Shows it before all others.
       * @throws ParleyError `too_many_pins`
       */
      pin: (): Promise<void> => change(id, { pinned: true }, { pinnedAt: FOREVER }),
      unpin: (): Promise<void> => change(id, { pinned: false }, { pinnedAt: null }),
      /** Shows it apart until its next message. */
      archive: (): Promise<void> => change(id, { archived: true }, { archivedAt: FOREVER }),
      unarchive: (): Promise<void> => change(id, { archived: false }, { archivedAt: null }),
      /** Marks it as unread, until it is opened or read further, on any device. */
      markUnread: (): Promise<void> => change(id, { unread: true }, { isUnread: true }),
    }),
    /** The user opens it. */
    opened(id: string): void {
      if (stateOf(id).shown.value.isUnread)
        change(id, { unread: false }, { isUnread: false }).catch(() => undefined);
    },
    /** The user has read further. The server takes the mark away, too. */
    read(id: string): void {
      const { stored, at } = stateOf(id);
      if (stored.isUnread) take(id, { ...stored, isUnread: false }, at);
    },
    /** What is told now. A page that was asked for before is older than what is told after it. */
    mark: () => moves,
    /** A page tells them, which was asked for at the `mark`. */
    update({ id, settings }: Conversation, mark = moves): void {
      if (stateOf(id).at <= mark) take(id, read(settings), mark);
    },
    /** A frame tells them. */
    hear: (id: string, settings: Settings): void => take(id, read(settings)),
    reset(): void {
      generation += 1;
      for (const state of states.values()) {
        Object.assign(state, { stored: NOTHING, at: 0, wishes: [] });
        render(state);
      }
    },
  };
}
