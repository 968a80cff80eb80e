import type { Message } from '../core/messages/message.ts';
import { BadFrame } from './errors.ts';

/** In characters (code points), as people count. */
export const MAX_MESSAGE_LENGTH = 4_000;
const MAX_REF_LENGTH = 64;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a client sends on a conversation's socket. Fields that are not known are ignored. */
export interface MessageFrame {
  readonly message: string;
  readonly ref: string | undefined;
  readonly clientId: string | undefined;
  readonly after: number | undefined;
}

/**
 * Reads a frame.
 * @throws BadFrame with the first fault, and the client's `ref` if that could be read
 */
export function readFrame(body: string | undefined, isBase64Encoded: boolean): MessageFrame {
  if (isBase64Encoded) throw new BadFrame('binary_not_supported', 'Send text frames.');
  const fields = readObject(body ?? '');
  const ref = readRef(fields.ref);
  const fail = (code: BadFrame['code'], message: string) => new BadFrame(code, message, ref);
  return {
    message: readMessage(fields.message, fail),
    ref,
    clientId: readClientId(fields.client_id, fail),
    after: readAfter(fields.after, fail),
  };
}

/** The client's reference alone, of whatever it sent. */
export function refIn(body: string | undefined): string | undefined {
  try {
    return readRef(readObject(body ?? '').ref);
  } catch {
    return undefined;
  }
}

type Fail = (code: BadFrame['code'], message: string) => BadFrame;

function readObject(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BadFrame('invalid_json', 'The frame is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadFrame('not_an_object', 'A frame is a JSON object, for example {"message": "Hello"}.');
  }
  return value as Record<string, unknown>;
}

function readRef(ref: unknown): string | undefined {
  if (ref === undefined || ref === null) return undefined;
  if (typeof ref === 'string' && ref.length <= MAX_REF_LENGTH && ref.isWellFormed()) return ref;
  throw new BadFrame('ref_invalid', `\`ref\` must be a string of at most ${MAX_REF_LENGTH} characters.`);
}

function readMessage(message: unknown, fail: Fail): string {
  if (message === undefined) throw fail('message_missing', 'The frame has no `message`.');
  if (typeof message !== 'string') throw fail('message_invalid', '`message` must be a string.');
  if (message.includes('\0') || !message.isWellFormed()) {
    throw fail('message_invalid', '`message` must be well-formed Unicode without NUL.');
  }
  if (message.trim() === '') throw fail('message_blank', '`message` must not be blank.');
  if (isLonger(message, MAX_MESSAGE_LENGTH)) {
    throw fail('message_too_long', `\`message\` must have at most ${MAX_MESSAGE_LENGTH} characters.`);
  }
  return message;
}

/** A character has one or two UTF-16 units: only texts between the two bounds need counting. */
function isLonger(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || [...text].length > limit);
}

function readClientId(clientId: unknown, fail: Fail): string | undefined {
  if (clientId === undefined || clientId === null) return undefined;
  if (typeof clientId === 'string' && UUID.test(clientId)) return clientId.toLowerCase();
  throw fail('client_id_invalid', '`client_id` must be a UUID.');
}

function readAfter(after: unknown, fail: Fail): number | undefined {
  if (after === undefined || after === null) return undefined;
  if (typeof after === 'number' && Number.isSafeInteger(after) && after >= 0) return after;
  throw fail('after_invalid', '`after` must be the seq of a message, or 0.');
}

/** A stored message as both members' sockets get it. */
export function messageFrame(message: Message, senderName: string) {
  return {
    type: 'chat.message' as const,
    id: message.id,
    conversation: message.conversation,
    seq: message.seq,
    message: message.text,
    sender: senderName,
    sender_id: message.senderId,
    created_at: message.createdAt,
  };
}

export function errorFrame(error: { readonly code: string; readonly message: string }, ref?: string) {
  return {
    type: 'error' as const,
    code: error.code,
    detail: error.message,
    ...(ref !== undefined && { ref }),
  };
}
