import { messageStore } from '../storage/messages.ts';
import { presenceStore } from '../storage/presence.ts';
import { markStore } from '../storage/receipts.ts';
import { system } from './system.ts';
import { table } from './table.ts';

/** To move marks. */
export const marking = {
  history: messageStore(table),
  marks: markStore(table),
  presences: presenceStore(table),
  now: system.now,
};
