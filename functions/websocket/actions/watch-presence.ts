import { watchPresence } from '../../core/presence/presence.ts';
import { presenceFrame } from '../../protocol/server-frames.ts';
import { watching } from '../../runtime/watching.ts';
import type { Action } from './action.ts';

/** `presence.watch` */
export const watchAction: Action<'presence.watch'> = async ({ connection }, { users }) => {
  const { userId, connectionId } = connection;
  return presenceFrame(await watchPresence(watching, { userId, connectionId }, users));
};
