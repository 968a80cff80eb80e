import { profileEditor, profileStore } from '../storage/accounts.ts';
import { presenceStore } from '../storage/presence.ts';
import { table } from './table.ts';

/** To read and change profiles. */
export const profile = {
  profiles: { ...profileStore(table), ...profileEditor(table) },
  presences: presenceStore(table),
};
