import type { Client } from '../../client/index.ts';

/**
 * What was begun in conversations and not sent, until the page is left, one logs out, or somebody else logs in. A session
 * that the server ends takes nothing away: mostly the same person logs in again.
 */
export function createDrafts(session: Client['session']) {
  const begun = new Map<string, string>();
  let writer: string | undefined;
  session.subscribe(({ state, user }) => {
    // Two people share one conversation, and its id.
    if (state === 'out' || (user && user.id !== writer)) begun.clear();
    writer = user?.id ?? writer;
  });
  return {
    of: (conversation: string): string => begun.get(conversation) ?? '',
    keep(conversation: string, text: string): void {
      if (text === '') begun.delete(conversation);
      else begun.set(conversation, text);
    },
  };
}
