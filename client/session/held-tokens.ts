import type { User } from '../contract/http-types.ts';
import { observable } from '../observable.ts';
import { claimsOf, haveSameSession, isReadable } from './access-token.ts';
import type { TokenStore, Tokens } from './token-store.ts';

/** Who is logged in. `ended`: the server ended the session, or it has expired. */
export type SessionState =
  | { readonly state: 'unknown' | 'out' | 'ended'; readonly user?: undefined }
  | { readonly state: 'in'; readonly user: User };

export type HeldTokens = ReturnType<typeof createHeldTokens>;

/** The tokens that this tab uses, and their copy in the store that all tabs share. */
export function createHeldTokens(store: TokenStore) {
  const state = observable<SessionState>({ state: 'unknown' });
  let tokens: Tokens | undefined;
  /** The store refused these tokens. It still holds their predecessors, which are used up. */
  let isUnsaved = false;
  /** A logout has not emptied the store yet, so what it holds does not count. */
  let isErasing = false;

  const stored = async () => {
    const found = await store.load();
    return found === 'ended' || (found && isReadable(found)) ? found : undefined;
  };

  const adopt = (next: Tokens) => {
    tokens = next;
    const { user } = claimsOf(next.access);
    if (state.value.user?.id !== user.id) state.set({ state: 'in', user });
  };

  const leave = (how: 'out' | 'ended') => {
    tokens = undefined;
    isUnsaved = false;
    if (state.value.state !== how) state.set({ state: how });
  };

  /** Removes a session from the store, unless another one has been stored meanwhile. Call it under the lock. */
  const forget = async (gone: Tokens, how: 'out' | 'ended') => {
    const found = await stored();
    const isGone = found === 'ended' || (found && haveSameSession(found.access, gone.access));
    if (isGone) await store.save(how === 'out' ? undefined : how);
  };

  /** Another tab has logged in or out, or has refreshed. This tab follows, so that it never acts for another user. */
  const follow = async () => {
    const found = await stored().catch(() => tokens);
    if (isErasing || state.value.state === 'unknown') return;
    if (found && found !== 'ended') {
      isUnsaved = false;
      adopt(found);
    } else if (tokens ? !isUnsaved : state.value.state === 'ended') leave(found ?? 'out');
  };

  return {
    state,
    get tokens() {
      return tokens;
    },
    /** The stored tokens, which another tab may have replaced. This tab's own, if the store has refused them. */
    load: async () => (isUnsaved ? tokens : stored()),
    adopt,
    leave,
    forget,
    /** A store that is full must not end a session that works in memory. */
    async save(next: Tokens): Promise<void> {
      isUnsaved = await store.save(next).then(
        () => false,
        () => true,
      );
    },
    /** Logs out on this device. */
    async erase(): Promise<void> {
      const gone = tokens;
      leave('out');
      isErasing = true;
      try {
        // At once, because the page may be closed next. Then once more, for tokens that a refresh under way has stored.
        await (gone ? forget(gone, 'out') : store.save(undefined));
        if (gone) await store.lock(() => forget(gone, 'out'));
      } catch {
        // The server revokes the session anyway.
      } finally {
        isErasing = false;
      }
    },
    /** Ends the listening to other tabs. */
    close: store.onChange?.(() => void follow()) ?? (() => {}),
  };
}
