import { BadFrame } from './errors.ts';
import { isLonger } from './text.ts';

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
