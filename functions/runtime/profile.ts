import { profileStore } from '../storage/accounts.ts';
import { presenceStore } from '../storage/presence.ts';
import { profileEditor } from '../storage/profile-editor.ts';
import { table } from './table.ts';

/** To read and change profiles. */
export const profile = {
  profiles: { ...profileStore(table), ...profileEditor(table) },
  presences: presenceStore(table),
};
