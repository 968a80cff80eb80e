import { membershipCheck, presenceStore } from '../storage/presence.ts';
import { watchStore } from '../storage/watches.ts';
import { system } from './system.ts';
import { table } from './table.ts';

/** To watch people's presence. */
export const watching = {
  memberships: membershipCheck(table),
  presences: presenceStore(table),
  watches: watchStore(table),
  now: system.now,
};
