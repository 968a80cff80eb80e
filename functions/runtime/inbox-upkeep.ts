import { profileStore } from '../storage/accounts.ts';
import { inboxUpkeep as inboxStore } from '../storage/inbox-projection.ts';
import { messageStore } from '../storage/messages.ts';
import { system } from './system.ts';
import { table } from './table.ts';

export { messageIn } from '../storage/stream-record.ts';

/** To bring the inboxes up to date. */
export const inboxUpkeep = {
  inbox: inboxStore(table),
  log: messageStore(table),
  profiles: profileStore(table),
  now: system.now,
};
