import { randomBytes } from 'node:crypto';
import { invitationTokens } from '../../../functions/auth/invitation-tokens.ts';
import type { InvitationStore } from '../../../functions/core/invitations/invitation.ts';
import {
  invitationsOf,
  invite,
  type NewInvitation,
  revokeInvitation,
} from '../../../functions/core/invitations/invite.ts';
import { joinGroup, previewInvitation } from '../../../functions/core/invitations/join.ts';
import { blockStore } from '../../../functions/storage/blocks.ts';
import { invitationStore } from '../../../functions/storage/invitations.ts';
import { groups } from './groups.ts';
import { id } from './people.ts';

/** Groups, and invitations to them. */
export function invitations() {
  const all = groups();
  const stored = invitationStore(all.table);
  /** What others do before the invitations are next replaced, but for joins. */
  const before: (() => Promise<unknown>)[] = [];
  const store: InvitationStore = {
    ...stored,
    async replace(conversation, change) {
      await before.shift()?.();
      return stored.replace(conversation, change);
    },
  };
  const tokens = invitationTokens(randomBytes);
  const dependencies = { ...all.dependencies, invitations: store, tokens };
  return {
    ...all,
    before,
    invited: stored,
    tokens,
    invite: (n: number, group: string, more: NewInvitation = {}) => invite(dependencies, group, id(n), more),
    async token(n: number, group: string, more: NewInvitation = {}): Promise<string> {
      return (await invite(dependencies, group, id(n), more)).token;
    },
    list: (n: number, group: string) => invitationsOf(dependencies, group, id(n)),
    revoke: (n: number, group: string, invitation: string) =>
      revokeInvitation(dependencies, group, id(n), invitation),
    preview: (n: number, token: string) => previewInvitation(dependencies, token, id(n)),
    join: (n: number, token: string) => joinGroup(dependencies, token, all.actor(n)),
    block: (n: number, other: number) => blockStore(all.table).add(id(n), id(other), 100),
    unblock: (n: number, other: number) => blockStore(all.table).remove(id(n), id(other)),
  };
}
