import type { ShownInvitation } from '../core/invitations/invite.ts';
import type { Preview } from '../core/invitations/join.ts';

/** An invitation as those who may add members see it. */
export function invitationBody({ id, role, expiresAt, maxUses, uses, createdBy }: ShownInvitation) {
  return {
    id,
    role,
    expires_at: expiresAt.toISOString(),
    max_uses: maxUses,
    uses,
    created_by: createdBy,
  };
}

/** An invitation as those who have its token see it. */
export function previewBody({ conversation, invitation, invitedBy }: Preview) {
  const { role, expiresAt } = invitation;
  return {
    conversation,
    role,
    expires_at: expiresAt.toISOString(),
    invited_by: { id: invitedBy.id, username: invitedBy.username },
  };
}
