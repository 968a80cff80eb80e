import { client } from './chat.ts';

const begun = new Map<string, string>();

/** What was begun in conversations and not sent, until the page is left or somebody else logs in. */
export const drafts = {
  of: (conversation: string): string => begun.get(conversation) ?? '',
  keep(conversation: string, text: string): void {
    if (text === '') begun.delete(conversation);
    else begun.set(conversation, text);
  },
};

client.session.subscribe(({ state }) => {
  if (state === 'out' || state === 'ended') begun.clear();
});
