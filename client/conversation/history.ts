import type { MessageWindow, StoredMessage } from '../contract/http-types.ts';
import { hasCode } from '../errors.ts';
import { pathOf } from '../ids.ts';

const PAGE = 100;

export type History = ReturnType<typeof createHistory>;

/** Reads parts of a log that no open conversation shows. */
export function createHistory(get: <T>(path: string) => Promise<T>) {
  const window = (conversation: string, query: string) =>
    get<MessageWindow>(`${pathOf(conversation)}/messages?${query}`);
  return {
    /** The last `seq`, or 0 if nobody has written yet. */
    async last(conversation: string): Promise<number> {
      try {
        return (await window(conversation, 'limit=1')).last_seq;
      } catch (error) {
        if (hasCode(error, 'conversation_not_found')) return 0;
        throw error;
      }
    },
    /** Everything after a `seq`, page by page. */
    async *after(conversation: string, seq: number): AsyncGenerator<readonly StoredMessage[]> {
      for (let last = seq; ; ) {
        const { results, last_seq } = await window(conversation, `after=${last}&limit=${PAGE}`);
        yield results;
        last = results.at(-1)?.seq ?? last;
        // A page of long messages has fewer of them than it may have.
        if (results.length === 0 || last >= last_seq) return;
      }
    },
  };
}
