import { ValidationFailed } from '../core/errors.ts';
import { CLIENT_ID } from './ids.ts';

/**
 * The `Idempotency-Key` header: the client's own name for its message, a UUID, bare or as a quoted string
 * (draft-ietf-httpapi-idempotency-key-header §2.1).
 * @throws ValidationFailed
 */
export function readIdempotencyKey(header: string | undefined): string {
  const key = /^"?([^"]*)"?$/.exec(header?.trim() ?? '')?.[1] ?? '';
  if (!CLIENT_ID.test(key))
    throw new ValidationFailed({ 'Idempotency-Key': ['This header must be a UUID.'] });
  return key.toLowerCase();
}
