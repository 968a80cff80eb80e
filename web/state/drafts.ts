import type { Client } from '@parley/client';

/** The part of `sessionStorage` that drafts need. */
type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Stored {
  readonly writer?: string | undefined;
  readonly drafts: Readonly<Record<string, string>>;
}

const KEY = 'parley.drafts';

/**
 * Unsent texts by conversation. They last as long as the tab, until the user logs out or another user logs in. They
 * stay when the server ends the session, because usually the same user logs in again.
 */
export function createDrafts(session: Client['session'], store: Store | undefined) {
  const stored = load(store);
  const drafts = new Map(Object.entries(stored.drafts));
  let { writer } = stored;

  const save = () => {
    try {
      if (drafts.size === 0) store?.removeItem(KEY);
      else
        store?.setItem(KEY, JSON.stringify({ writer, drafts: Object.fromEntries(drafts) } satisfies Stored));
    } catch {
      // The storage is full or forbidden: a reload loses the drafts.
    }
  };

  session.subscribe(({ state, user }) => {
    // Cleared for another user too: both users of a conversation share its id.
    const isOver = state === 'out' || (user !== undefined && user.id !== writer);
    writer = user?.id ?? writer;
    if (!isOver) return;
    drafts.clear();
    save();
  });

  return {
    count: () => drafts.size,
    of: (conversation: string): string => drafts.get(conversation) ?? '',
    keep(conversation: string, text: string): void {
      if (text === '') drafts.delete(conversation);
      else drafts.set(conversation, text);
      save();
    },
  };
}

/** Checks the stored value, because another version of the app may have left it. */
function load(store: Store | undefined): Stored {
  try {
    const { writer, drafts } = JSON.parse(store?.getItem(KEY) ?? '{}') as Partial<Stored>;
    const texts = Object.entries(drafts ?? {}).filter(([, text]) => typeof text === 'string');
    return { writer, drafts: Object.fromEntries(texts) };
  } catch {
    return { drafts: {} };
  }
}
