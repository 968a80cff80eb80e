import { sessionCheck } from '../storage/sessions.ts';
import { connections } from './connections.ts';
import { system } from './system.ts';
import { table } from './table.ts';

/** To open a connection. */
export const opening = { connections, sessions: sessionCheck(table), now: system.now };
