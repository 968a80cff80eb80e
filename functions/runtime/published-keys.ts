import { publicKeys } from '../storage/public-keys.ts';
import { table } from './table.ts';

export const publishedKeys = publicKeys(table);
