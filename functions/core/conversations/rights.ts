import { NotAllowed } from '../errors.ts';

/** What a member is in a group. Both members of a pair have the role `member`. */
export const ROLES = ['owner', 'moderator', 'member', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** What each right allows, and the roles that have it. To read, to react and to leave needs none. */
export const RIGHTS = {
  /** To send messages, edit own ones, and show that one is typing. */
  write: ['owner', 'moderator', 'member'],
  /** To add members and readers. */
  add: ['owner', 'moderator'],
  /** To remove members and readers. */
  remove: ['owner', 'moderator'],
  /** To change the title. */
  rename: ['owner', 'moderator'],
  /** To delete messages of others. */
  delete: ['owner', 'moderator'],
  /** To give roles, and to remove moderators and owners. */
  roles: ['owner'],
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof RIGHTS;

export function may({ role }: { readonly role: Role }, right: Right): boolean {
  return (RIGHTS[right] as readonly Role[]).includes(role);
}

/** What it takes to add or to remove somebody with this role: moderators manage members and readers, owners manage all. */
export function rightOver(role: Role, right: 'add' | 'remove'): Right {
  return role === 'member' || role === 'reader' ? right : 'roles';
}

/** @throws NotAllowed */
export function requireRight(member: { readonly role: Role }, right: Right): void {
  if (!may(member, right)) throw new NotAllowed();
}
