import { profileStore } from '../storage/accounts.ts';
import { inboxReader } from '../storage/inbox.ts';
import { messageStore } from '../storage/messages.ts';
import { presenceStore } from '../storage/presence.ts';
import { system } from './system.ts';
import { table } from './table.ts';

const log = messageStore(table);

/** To read inboxes and conversations, and to catch up. */
export const inbox = {
  inbox: inboxReader(table),
  presences: presenceStore(table),
  profiles: profileStore(table),
  history: log,
  log,
  now: system.now,
};
