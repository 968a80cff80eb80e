import type { OwnProfile } from '../core/accounts/profile.ts';
import { isEmailVerified } from '../core/accounts/verify-email.ts';
import type { LiveSession } from '../core/sessions/session.ts';

/** An account as its user sees it. */
export function profileBody({ account, presence }: OwnProfile) {
  const { id, email, username, firstName, lastName, createdAt, issuer } = account;
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
