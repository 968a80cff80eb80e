import { restore } from '../../core/connections/open-and-close.ts';
import { sessionEndedFrame } from '../../protocol/server-frames.ts';
import { gateway } from '../../runtime/gateway.ts';
import { opening } from '../../runtime/opening.ts';

/** To give a live socket its row back. */
export const restoring = { ...opening, gateway, farewell: JSON.stringify(sessionEndedFrame) };

/** After a frame came by a socket without a row. */
export const restoreSender = (connection: Parameters<typeof restore>[1]) => restore(restoring, connection);
