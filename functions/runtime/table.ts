import { openTable, type Table } from '../storage/table.ts';
import { config } from './config.ts';
import { system } from './system.ts';

export const table: Table = openTable(config.text('TABLE_NAME'), system);
