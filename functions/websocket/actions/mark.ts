import { tellDevices } from '../../core/delivery/deliver.ts';
import { markRead, markReceived } from '../../core/receipts/move-receipt.ts';
import { markFrame } from '../../protocol/server-frames.ts';
import { devices } from '../../runtime/devices.ts';
import { marking } from '../../runtime/marking.ts';
import type { Action } from './action.ts';

type MarkAction = 'conversation.read' | 'message.received';

/** `conversation.read` and `message.received`: the user's other devices are told, and the other member. */
function mark(type: MarkAction, move: typeof markRead): Action<MarkAction> {
  return async ({ connection }, { conversation, seq }) => {
    const { userId, connectionId } = connection;
    const { moved, tells, retryAfter } = await move(marking, { userId, conversation, seq });
    const frame = markFrame(type, { conversation, userId, seq });
    if (tells.length > 0) await tellDevices(devices, tells, JSON.stringify(frame), connectionId);
    return { ...frame, moved, ...(retryAfter !== undefined && { retry_after: retryAfter }) };
  };
}

export const readAction = mark('conversation.read', markRead);
export const receivedAction = mark('message.received', markReceived);
