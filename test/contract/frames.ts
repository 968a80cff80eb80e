import { type FrameEvent, readFrame } from '../../functions/middleware/socket-stack.ts';
import { readAction } from '../../functions/protocol/actions.ts';
import { readMessageFrame } from '../../functions/protocol/frames.ts';

const fieldsOf = (body: string) => readFrame({ body, isBase64Encoded: false } as FrameEvent);

/** Reads a frame of a device's socket as the function does: its reference first. */
export const readDeviceFrame = (body: string) => readAction(fieldsOf(body));

/** Reads a frame of a conversation's socket, likewise. */
export const readOriginalFrame = (body: string) => readMessageFrame(fieldsOf(body));
