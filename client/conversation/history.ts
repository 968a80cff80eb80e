import type { MessageWindow, StoredMessage } from '../contract/http-types.ts';
import { hasCode } from '../errors.ts';
import { pathOf } from '../ids.ts';

const MOST = 100;

/** Parts of a log that nobody shows. */
export function createHistory(get: <T>(path: string) => Promise<T>) {
  const window = (conversation: string, query: string) =>
    get<MessageWindow>(`${pathOf(conversation)}/messages?${query}`);
  return {
    /** The last `seq`; 0 where nobody has spoken. */
    async newest(conversation: string): Promise<number> {
      try {
        return (await window(conversation, 'limit=1')).last_seq;
      } catch (error) {
        if (hasCode(error, 'conversation_not_found')) return 0;
        throw error;
      }
    },
    /** Everything behind a `seq`, page by page. */
    async *behind(conversation: string, after: number): AsyncGenerator<readonly StoredMessage[]> {
      for (let last = after; ; ) {
        const { results } = await window(conversation, `after=${last}&limit=${MOST}`);
        yield results;
        last = results.at(-1)?.seq ?? last;
        if (results.length < MOST) return;
      }
    },
  };
}
