import type { OwnProfile } from '../core/accounts/profile.ts';
import { isEmailVerified } from '../core/accounts/verify-email.ts';
import type { AuditEntry } from '../core/audit/audit.ts';
import type { LiveSession } from '../core/sessions/session.ts';

/** An account as its user sees it. */
export function profileBody({ account, presence }: OwnProfile) {
  const { id, email, username, firstName, lastName, staff, createdAt, issuer } = account;
  return {
    id,
    email: email ?? null,
    email_verified: isEmailVerified(account),
    username,
    first_name: firstName,
    last_name: lastName,
    presence,
    created_at: createdAt,
    has_password: issuer === undefined,
    ...(staff && { staff }),
  };
}

/** A session as its user sees it. `current` is the id of the one that asks. */
export function sessionBody({ id, device, address, createdAt, lastUsedAt }: LiveSession, current: string) {
  return {
    id,
    device,
    address,
    created_at: createdAt,
    last_used_at: lastUsedAt,
    current: id === current,
  };
}

/** A security event of somebody else, as staff see it. */
export function eventBody({ event, at, operation, device, address, session, other, by }: AuditEntry) {
  return {
    event,
    created_at: at,
    operation,
    device,
    address,
    ...(session !== undefined && { session }),
    ...(other !== undefined && { other }),
    ...(by !== undefined && { by }),
  };
}
