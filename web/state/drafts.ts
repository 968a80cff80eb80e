import type { Client } from '@parley/client';

/** What this needs of `sessionStorage`. */
type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Kept {
  readonly writer?: string | undefined;
  readonly begun: Readonly<Record<string, string>>;
}

const KEY = 'parley.drafts';

/**
 * What was begun in conversations and not sent, for as long as the tab lives, until one logs out, or somebody else logs in. A
 * session that the server ends takes nothing away: mostly the same person logs in again.
 */
export function createDrafts(session: Client['session'], store: Store | undefined) {
  const kept = load(store);
  const begun = new Map(Object.entries(kept.begun));
  let { writer } = kept;

  const save = () => {
    try {
      if (begun.size === 0) store?.removeItem(KEY);
      else store?.setItem(KEY, JSON.stringify({ writer, begun: Object.fromEntries(begun) } satisfies Kept));
    } catch {
      // Full, or forbidden: then a reload forgets it.
    }
  };

  session.subscribe(({ state, user }) => {
    // Two people share one conversation, and its id.
    const isOver = state === 'out' || (user !== undefined && user.id !== writer);
    writer = user?.id ?? writer;
    if (!isOver) return;
    begun.clear();
    save();
  });

  return {
    count: () => begun.size,
    of: (conversation: string): string => begun.get(conversation) ?? '',
    keep(conversation: string, text: string): void {
      if (text === '') begun.delete(conversation);
      else begun.set(conversation, text);
      save();
    },
  };
}

/** Whatever stands there; another version of the app may have left it. */
function load(store: Store | undefined): Kept {
  try {
    const { writer, begun } = JSON.parse(store?.getItem(KEY) ?? '{}') as Partial<Kept>;
    const texts = Object.entries(begun ?? {}).filter(([, text]) => typeof text === 'string');
    return { writer, begun: Object.fromEntries(texts) };
  } catch {
    return { begun: {} };
  }
}
