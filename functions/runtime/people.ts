import { directory } from '../storage/directory.ts';
import { table } from './table.ts';

export const people = directory(table);
