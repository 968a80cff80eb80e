import type { Role } from '../conversations/rights.ts';

/** So many invitations can a group have at a time. They are one item, which each join writes. */
export const MAX_INVITATIONS = 20;

/** The roles that an invitation can give: moderators and owners are chosen by name. */
export const INVITED_ROLES = ['member', 'reader'] as const satisfies readonly Role[];

/** A link by which others join a group. */
export interface Invitation {
  /** Made of the hash of its secret. Nobody can join by it. */
  readonly id: string;
  /** Member number of the one who invites. */
  readonly by: number;
  readonly role: (typeof INVITED_ROLES)[number];
  readonly expiresAt: Date;
  readonly maxUses: number;
  /** How many have joined by it. */
  readonly uses: number;
}

/** The invitations of a group, in the order of their creation. */
export interface InvitationList {
  /** One more with each change. */
  readonly version: number;
  /** When the last one of all expires, revoked ones too. */
  readonly endsAt: Date;
  readonly invitations: readonly Invitation[];
}

/** The invitations of a group before and after a change. */
export interface InvitationsChange {
  readonly before: InvitationList | undefined;
  readonly after: InvitationList;
}

export interface InvitationStore {
  /** Of a group. Strongly consistent. */
  list(conversation: string): Promise<InvitationList | undefined>;
  /** @returns false, and stores nothing, if the list has changed since */
  replace(conversation: string, change: InvitationsChange): Promise<boolean>;
}

/** What the token of an invitation claims. */
export interface InvitationClaim {
  readonly conversation: string;
  /** Id of the invitation. */
  readonly id: string;
}

export interface InvitationTokens {
  issue(conversation: string): { readonly token: string; readonly id: string };
  /** Undefined for a text that is not the token of an invitation. */
  read(token: string): InvitationClaim | undefined;
}

/** The invitations by which somebody can still join, as far as the list tells. */
export function liveIn(list: InvitationList | undefined, now: Date): readonly Invitation[] {
  return (list?.invitations ?? []).filter(
    ({ expiresAt, uses, maxUses }) => expiresAt > now && uses < maxUses,
  );
}

/** The list with other invitations. */
export function changed(
  before: InvitationList | undefined,
  invitations: readonly Invitation[],
): InvitationsChange {
  const ends = [before?.endsAt, ...invitations.map(({ expiresAt }) => expiresAt)];
  const endsAt = new Date(Math.max(...ends.map((end) => end?.getTime() ?? 0)));
  return { before, after: { version: (before?.version ?? 0) + 1, endsAt, invitations } };
}
