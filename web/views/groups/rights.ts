import type { Role } from '@parley/client';

/** The roles that have each right, as on the server. */
const RIGHTS = {
  write: ['owner', 'moderator', 'member'],
  /** To add and remove members and readers, and to give the group another title. */
  manage: ['owner', 'moderator'],
  /** To delete messages of others. */
  delete: ['owner', 'moderator'],
  /** To give roles, and to remove moderators and owners. */
  roles: ['owner'],
} as const satisfies Record<string, readonly Role[]>;

/** Whether a member may. Until the role is known, the user may write only: the server decides. */
export const may = (role: Role | undefined, right: keyof typeof RIGHTS): boolean =>
  role === undefined ? right === 'write' : (RIGHTS[right] as readonly Role[]).includes(role);

/** Whether a member may remove another one. */
export const mayRemove = (own: Role | undefined, other: Role): boolean =>
  may(own, other === 'member' || other === 'reader' ? 'manage' : 'roles');
