import { ValidationFailed } from '../core/errors.ts';
import { MalformedRequest, UnsupportedEncoding } from './errors.ts';

/** Most requests have a few fields of at most some hundred characters. */
export const MAX_BODY_BYTES = 16 * 1024;

/** A message has 4,000 characters. JSON may escape each of them as `\ud83e\udd80`: 12 bytes. */
export const MAX_MESSAGE_BODY_BYTES = 64 * 1024;

/** Requests are flat. A deeper body is an attack. */
const MAX_DEPTH = 8;

export interface RawBody {
  readonly body: string | undefined;
  readonly isBase64Encoded: boolean;
  readonly contentType: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** Defaults to {@link MAX_BODY_BYTES}. */
  readonly maxBytes?: number | undefined;
}

/**
 * Parses a request's JSON body, after checking its size, encoding, type and depth.
 * @throws MalformedRequest, UnsupportedEncoding
 */
export function parseJsonBody(raw: RawBody): unknown {
  const bytes = bytesOf(raw);
  if (bytes.length === 0)
    throw new MalformedRequest('invalid_json', 'The body is empty; send a JSON object.');
  if (!isJsonType(raw.contentType)) {
    throw new MalformedRequest('unsupported_media_type', 'Send JSON, with `Content-Type: application/json`.');
  }
  return parse(bytes);
}

/**
 * Parses the body of a form. A parameter without a value counts as left out (RFC 6749 §3.2).
 * @throws MalformedRequest, UnsupportedEncoding, ValidationFailed if a parameter comes twice
 */
export function formBody(raw: RawBody): Readonly<Record<string, string>> {
  const given = [...new URLSearchParams(bytesOf(raw).toString('utf8'))].filter(([, value]) => value !== '');
  if (new Set(given.map(([name]) => name)).size < given.length)
    throw new ValidationFailed({ body: ['No parameter may come twice.'] });
  return Object.fromEntries(given);
}

/** The bytes of a body, after checking their number and encoding. */
function bytesOf(raw: RawBody): Buffer {
  const { body = '', isBase64Encoded, contentEncoding, maxBytes = MAX_BODY_BYTES } = raw;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maxBytes) {
    throw new MalformedRequest('body_too_large', `The body has more than ${maxBytes} bytes.`);
  }
  const encoding = encodingsOf(contentEncoding).find((name) => name !== 'identity');
  if (encoding !== undefined) throw new UnsupportedEncoding(encoding);
  return bytes;
}

function parse(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new MalformedRequest('invalid_json', 'The body is not valid JSON in UTF-8.');
  }
  if (isDeeperThan(value, MAX_DEPTH)) {
    throw new MalformedRequest('body_too_deep', `The body is nested more than ${MAX_DEPTH} levels deep.`);
  }
  return value;
}

/**
 * The content codings of a body, in the order applied (RFC 9110 §8.4). The body is never decoded, because the decoded
 * size has no bound.
 */
function encodingsOf(header = ''): string[] {
  return header.split(',').flatMap((name) => name.trim().toLowerCase() || []);
}

function isJsonType(contentType = ''): boolean {
  return /^application\/(?:[\w.-]+\+)?json$/i.test(mediaType(contentType));
}

export function isFormType(contentType = ''): boolean {
  return mediaType(contentType).toLowerCase() === 'application/x-www-form-urlencoded';
}

function mediaType(contentType: string): string {
  return contentType.split(';')[0]?.trim() ?? '';
}

/** Level by level instead of recursively, because the client chooses the depth. */
export function isDeeperThan(value: unknown, depth: number): boolean {
  let level = [value];
  for (let i = 0; i <= depth; i += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}
