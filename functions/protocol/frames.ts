import { CLIENT_ID } from '../core/ids.ts';
import { BadFrame } from './errors.ts';
import { isLonger, TEXT_FAULTS, textFault } from './text.ts';

/** The fields of a frame, before any of them is checked. */
export type FrameFields = Readonly<Record<string, unknown>>;

/** In characters. */
const MAX_REF_LENGTH = 64;

/** Some platforms write it before every text. A parser may ignore it (RFC 8259 §8.1), as the parser of request bodies does. */
const BYTE_ORDER_MARK = /^\ufeff/;

/**
 * Reads the JSON object of a frame. A binary frame never gets here: API Gateway closes its socket with 1003.
 * @throws BadFrame
 */
export function readObject(body: string | undefined): FrameFields {
  let value: unknown;
  try {
    value = JSON.parse((body ?? '').replace(BYTE_ORDER_MARK, ''));
  } catch {
    throw new BadFrame('invalid_json', 'The frame is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadFrame('not_an_object', 'A frame is a JSON object, for example {"message": "Hello"}.');
  }
  return value as FrameFields;
}

/**
 * Reads the client's own reference, which the reply repeats.
 * @throws BadFrame
 */
export function readRef({ ref }: FrameFields): string | undefined {
  if (ref === undefined || ref === null) return undefined;
  if (typeof ref === 'string' && !isLonger(ref, MAX_REF_LENGTH) && ref.isWellFormed()) return ref;
  throw new BadFrame('ref_invalid', `\`ref\` must be a string of at most ${MAX_REF_LENGTH} characters.`);
}

/** The client's reference in any frame; undefined if it cannot be read. */
export function refIn(body: string | undefined): string | undefined {
  try {
    return readRef(readObject(body));
  } catch {
    return undefined;
  }
}

/** A frame on the socket of one conversation. Unknown fields are ignored. */
export interface MessageFrame {
  readonly message: string;
  readonly clientId: string | undefined;
  readonly after: number | undefined;
}

/**
 * Reads a frame of the original protocol.
 * @throws BadFrame with the first fault
 */
export function readMessageFrame({ message, client_id, after }: FrameFields): MessageFrame {
  return { message: readText(message), clientId: readClientId(client_id), after: readAfter(after) };
}

function readText(message: unknown): string {
  if (message === undefined) throw new BadFrame('message_missing', 'The frame has no `message`.');
  if (typeof message !== 'string') throw new BadFrame('message_invalid', '`message` must be a string.');
  const fault = textFault(message);
  if (fault) throw new BadFrame(`message_${fault}`, `\`message\` ${TEXT_FAULTS[fault]}`);
  return message;
}

function readClientId(clientId: unknown): string | undefined {
  if (clientId === undefined || clientId === null) return undefined;
  if (typeof clientId === 'string' && CLIENT_ID.test(clientId)) return clientId.toLowerCase();
  throw new BadFrame('client_id_invalid', '`client_id` must be a UUID.');
}

function readAfter(after: unknown): number | undefined {
  if (after === undefined || after === null) return undefined;
  if (typeof after === 'number' && Number.isSafeInteger(after) && after >= 0) return after;
  throw new BadFrame('after_invalid', '`after` must be the seq of a message, or 0.');
}
