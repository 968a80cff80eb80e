import { profileStore } from '../storage/accounts.ts';
import { messageStore } from '../storage/messages.ts';
import { table } from './table.ts';

export const history = { profiles: profileStore(table), history: messageStore(table) };
