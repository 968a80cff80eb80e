import { heal } from '../../core/connections/heal.ts';
import { opening } from '../../runtime/opening.ts';
import type { Action } from './action.ts';

/** `ping`: keeps the socket from idling out, and gives it its row back if that was lost. */
export const pingAction: Action<'ping'> = async ({ connection }) => {
  const restored = await heal(opening, connection);
  return { type: 'pong', time: opening.now().toISOString(), ...(restored && { restored }) };
};
