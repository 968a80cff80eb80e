import { publicKeys } from '../storage/sessions.ts';
import { table } from './table.ts';

export const publishedKeys = publicKeys(table);
