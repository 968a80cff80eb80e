import type { RepeatCounter } from '../core/messages/ports.ts';
import { repeatsKey } from './keys.ts';
import type { Table } from './table.ts';
import { countInWindow } from './window-counter.ts';

/** How often somebody has sent again, in a conversation, what is stored already. */
export function repeatCounter(table: Table): RepeatCounter {
  return {
    async count(senderId, conversation, { messages, seconds }, now) {
      const window = { counter: 'repeats', limit: messages, seconds };
      const { isCounted, windowEnds } = await countInWindow(
        table,
        repeatsKey(senderId, conversation),
        window,
        now,
      );
      return isCounted ? undefined : windowEnds;
    },
  };
}
