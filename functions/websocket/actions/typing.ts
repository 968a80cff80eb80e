import { tellDevices } from '../../core/delivery/deliver.ts';
import { TYPING_SECONDS, type TypingTimes, typing } from '../../core/presence/typing.ts';
import { typingFrame } from '../../protocol/server-frames.ts';
import { devices } from '../../runtime/devices.ts';
import { marking } from '../../runtime/marking.ts';
import type { Action } from './action.ts';

const times: TypingTimes = new Map();

/** `typing`: the other member's devices show it for a while. */
export const typingAction: Action<'typing'> = async ({ connection }, { conversation }) => {
  const { userId } = connection;
  const { history, now } = marking;
  const peerId = await typing({ history, times, now }, { userId, conversation });
  const frame = typingFrame(conversation, userId, TYPING_SECONDS);
  if (peerId !== undefined) await tellDevices(devices, [peerId], JSON.stringify(frame));
  return { ...frame, forwarded: peerId !== undefined };
};
