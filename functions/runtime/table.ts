import { openTable, type Table } from '../storage/table.ts';
import { config } from './config.ts';

export const table: Table = openTable(config.text('TABLE_NAME'));
