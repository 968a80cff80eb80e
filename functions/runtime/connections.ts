import { connectionStore } from '../storage/connections.ts';
import { table } from './table.ts';

export const connections = connectionStore(table);
