import { restoreIfLost } from '../../core/connections/open-and-close.ts';
import type { Action } from './action.ts';
import { restoring } from './restoring.ts';

/** `ping`: keeps the socket from idling out, and gives it its row back if that was lost. */
export const pingAction: Action<'ping'> = async ({ connection }) => {
  const restored = await restoreIfLost(restoring, connection);
  return { type: 'pong', time: restoring.now().toISOString(), ...(restored && { restored }) };
};
