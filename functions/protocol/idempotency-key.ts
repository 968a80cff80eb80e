import { ValidationFailed } from '../core/errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The `Idempotency-Key` header: the client's own name for its message, a UUID, bare or as a quoted string
 * (draft-ietf-httpapi-idempotency-key-header §2.1).
 * @throws ValidationFailed
 */
export function readIdempotencyKey(header: string | undefined): string {
  const key = /^"?([^"]*)"?$/.exec(header?.trim() ?? '')?.[1] ?? '';
  if (!UUID.test(key)) throw new ValidationFailed({ 'Idempotency-Key': ['This header must be a UUID.'] });
  return key.toLowerCase();
}
