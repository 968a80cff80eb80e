import { NotAllowed } from '../errors.ts';

/** What a member is in a group. Both members of a pair have the role `member`. */
export const ROLES = ['owner', 'moderator', 'member', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** What each right allows, and the roles that have it by default. To read, to react and to leave needs none. */
export const RIGHTS = {
  /** To send messages, edit own ones, and show that one is typing. */
  write: ['owner', 'moderator', 'member'],
  /** To add members and readers. */
  add: ['owner', 'moderator'],
  /** To remove members and readers. */
  remove: ['owner', 'moderator'],
  /** To change the title, description and picture. */
  rename: ['owner', 'moderator'],
  /** To delete messages of others. */
  delete: ['owner', 'moderator'],
  /** To give roles, and to remove moderators and owners. */
  roles: ['owner'],
  /** To delete the group. */
  dissolve: ['owner'],
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof RIGHTS;

/** The rights that the owners of a group may give to other roles. A reader has none of them. */
export const SETTABLE = ['write', 'add', 'rename'] as const;
export const LOWEST_ROLES = ['owner', 'moderator', 'member'] as const;

/** The lowest role that has each of those rights. */
export type Who = Readonly<Record<(typeof SETTABLE)[number], (typeof LOWEST_ROLES)[number]>>;

/** What it is while nobody has decided otherwise. */
const DEFAULT_WHO = { write: 'member', add: 'moderator', rename: 'moderator' } as const satisfies Who;

/** What the owners of a group have decided otherwise. */
export type OwnWho = Partial<Who>;

export function whoOf(own: OwnWho = {}): Who {
  return { ...DEFAULT_WHO, ...own };
}

/** What of it differs from the default; undefined if nothing does. */
export function ownWho(who: Who): OwnWho | undefined {
  const own = SETTABLE.filter((right) => who[right] !== DEFAULT_WHO[right]);
  return own.length === 0 ? undefined : Object.fromEntries(own.map((right) => [right, who[right]]));
}

/** Whoever is asked about: a member of a pair has a role, and no roster. */
interface Asked {
  readonly role: Role;
  readonly roster?: { readonly who?: OwnWho | undefined } | undefined;
}

export function may({ role, roster }: Asked, right: Right): boolean {
  const own: Partial<Record<Right, Role>> = roster?.who ?? {};
  const lowest = own[right];
  const roles: readonly Role[] = lowest ? ROLES.slice(0, ROLES.indexOf(lowest) + 1) : RIGHTS[right];
  return roles.includes(role);
}

/** What it takes to add or to remove somebody with this role: moderators manage members and readers, owners manage all. */
export function rightOver(role: Role, right: 'add' | 'remove'): Right {
  return role === 'member' || role === 'reader' ? right : 'roles';
}

/** @throws NotAllowed */
export function requireRight(member: Asked, right: Right): void {
  if (!may(member, right)) throw new NotAllowed();
}
