import type { Role, Who } from '@parley/client';

/** The roles, each with the rights of those after it. */
const ORDER: readonly Role[] = ['owner', 'moderator', 'member', 'reader'];

/** The lowest role that has each right, as on the server. */
const LOWEST = {
  /** To remove members and readers. */
  remove: 'moderator',
  /** To delete messages of others. */
  delete: 'moderator',
  /** To give roles, to say who may do what, and to remove moderators and owners. */
  roles: 'owner',
  /** To delete the group. */
  dissolve: 'owner',
} as const satisfies Record<string, Role>;

export type Right = keyof Who | keyof typeof LOWEST;

/** Whether a member may. Until the group is known, the user may write only: the server decides. */
export function may(group: { readonly role: Role; readonly who: Who } | undefined, right: Right): boolean {
  if (!group) return right === 'write';
  return ORDER.indexOf(group.role) <= ORDER.indexOf({ ...LOWEST, ...group.who }[right]);
}

/** Whether a member may remove another one. */
export const mayRemove = (group: Parameters<typeof may>[0], other: Role): boolean =>
  may(group, other === 'member' || other === 'reader' ? 'remove' : 'roles');
