import { CLIENT_ID } from '../core/ids.ts';
import { BadFrame } from './errors.ts';
import { isLonger, TEXT_FAULTS, textFault } from './text.ts';

/** What a client sends on a conversation's socket. Fields that are not known are ignored. */
export interface MessageFrame {
  readonly message: string;
  readonly ref: string | undefined;
  readonly clientId: string | undefined;
  readonly after: number | undefined;
}

/**
 * Reads a frame of the original protocol.
 * @throws BadFrame with the first fault, and the client's `ref` if that could be read
 */
export function readFrame(body: string | undefined, isBase64Encoded: boolean): MessageFrame {
  const fields = readObject(body, isBase64Encoded);
  const ref = readRef(fields.ref);
  const fail = (code: BadFrame['code'], message: string) => new BadFrame(code, message, ref);
  return {
    message: readMessage(fields.message, fail),
    ref,
    clientId: readClientId(fields.client_id, fail),
    after: readAfter(fields.after, fail),
  };
}

type Fail = (code: BadFrame['code'], message: string) => BadFrame;

function readMessage(message: unknown, fail: Fail): string {
  if (message === undefined) throw fail('message_missing', 'The frame has no `message`.');
  if (typeof message !== 'string') throw fail('message_invalid', '`message` must be a string.');
  const fault = textFault(message);
  if (fault) throw fail(`message_${fault}`, `\`message\` ${TEXT_FAULTS[fault]}`);
  return message;
}

function readClientId(clientId: unknown, fail: Fail): string | undefined {
  if (clientId === undefined || clientId === null) return undefined;
  if (typeof clientId === 'string' && CLIENT_ID.test(clientId)) return clientId.toLowerCase();
  throw fail('client_id_invalid', '`client_id` must be a UUID.');
}

function readAfter(after: unknown, fail: Fail): number | undefined {
  if (after === undefined || after === null) return undefined;
  if (typeof after === 'number' && Number.isSafeInteger(after) && after >= 0) return after;
  throw fail('after_invalid', '`after` must be the seq of a message, or 0.');
}

/** In characters. */
const MAX_REF_LENGTH = 64;

/** Some platforms begin every text with it; a parser may ignore it (RFC 8259 §8.1), as it is ignored before a request's body. */
const BYTE_ORDER_MARK = /^\ufeff/;

/**
 * The JSON object that a frame is.
 * @throws BadFrame
 */
export function readObject(body: string | undefined, isBase64Encoded: boolean): Record<string, unknown> {
  if (isBase64Encoded) throw new BadFrame('binary_not_supported', 'Send text frames.');
  let value: unknown;
  try {
    value = JSON.parse((body ?? '').replace(BYTE_ORDER_MARK, ''));
  } catch {
    throw new BadFrame('invalid_json', 'The frame is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadFrame('not_an_object', 'A frame is a JSON object, for example {"message": "Hello"}.');
  }
  return value as Record<string, unknown>;
}

/** @throws BadFrame */
export function readRef(ref: unknown): string | undefined {
  if (ref === undefined || ref === null) return undefined;
  if (typeof ref === 'string' && !isLonger(ref, MAX_REF_LENGTH) && ref.isWellFormed()) return ref;
  throw new BadFrame('ref_invalid', `\`ref\` must be a string of at most ${MAX_REF_LENGTH} characters.`);
}

/** The client's reference alone, of whatever it sent. */
export function refIn(body: string | undefined): string | undefined {
  try {
    return readRef(readObject(body, false).ref);
  } catch {
    return undefined;
  }
}
