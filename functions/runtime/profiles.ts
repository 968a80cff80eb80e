import { profileStore } from '../storage/accounts.ts';
import { table } from './table.ts';

export const profiles = profileStore(table);
