import { BadFrame } from './errors.ts';

const MAX_REF_LENGTH = 64;

/**
 * The JSON object that a frame is.
 * @throws BadFrame
 */
export function readObject(body: string | undefined, isBase64Encoded: boolean): Record<string, unknown> {
  if (isBase64Encoded) throw new BadFrame('binary_not_supported', 'Send text frames.');
  let value: unknown;
  try {
    value = JSON.parse(body ?? '');
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
  if (typeof ref === 'string' && ref.length <= MAX_REF_LENGTH && ref.isWellFormed()) return ref;
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
