import { directoryUpkeep } from '../storage/directory-upkeep.ts';
import { connections } from './connections.ts';
import { gateway } from './gateway.ts';
import { system } from './system.ts';
import { table } from './table.ts';

export { readChange } from '../storage/change.ts';

/** To do what follows from changes in the table. */
export const upkeep = { directory: directoryUpkeep(table), connections, gateway, now: system.now };
