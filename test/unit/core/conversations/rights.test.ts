import { describe, expect, it } from 'vitest';
import {
  may,
  ownWho,
  RIGHTS,
  type Right,
  ROLES,
  type Role,
  requireRight,
  whoOf,
} from '../../../../functions/core/conversations/rights.ts';
import { thrownBy } from '../../support/rejection.ts';

const EXPECTED: Record<Right, readonly Role[]> = {
  write: ['owner', 'moderator', 'member'],
  add: ['owner', 'moderator'],
  remove: ['owner', 'moderator'],
  rename: ['owner', 'moderator'],
  delete: ['owner', 'moderator'],
  roles: ['owner'],
  dissolve: ['owner'],
};

describe('a role', () => {
  it.each(ROLES)('has its rights and no other: %s', (role) => {
    for (const right of Object.keys(RIGHTS) as Right[]) {
      const allowed = EXPECTED[right].includes(role);
      expect([right, may({ role }, right)]).toEqual([right, allowed]);
      if (allowed) expect(() => requireRight({ role }, right)).not.toThrow();
      else expect(thrownBy(() => requireRight({ role }, right))).toEqual({ code: 'not_allowed' });
    }
  });

  it('has what the owners of a group have given it, and nothing else has changed', () => {
    const given = { write: 'moderator', add: 'member', rename: 'owner' } as const;
    for (const role of ROLES) {
      for (const right of Object.keys(RIGHTS) as Right[]) {
        const lowest: Role | undefined = { ...given }[right as string];
        const allowed = lowest
          ? ROLES.indexOf(role) <= ROLES.indexOf(lowest)
          : EXPECTED[right].includes(role);
        expect([role, right, may({ role, roster: { who: given } }, right)]).toEqual([role, right, allowed]);
      }
    }
  });

  it('has its rights in a pair and in a group that has decided nothing', () => {
    expect(may({ role: 'member', roster: undefined }, 'write')).toBe(true);
    expect(may({ role: 'member', roster: { who: { add: 'member' } } }, 'write')).toBe(true);
    expect(may({ role: 'member', roster: {} }, 'add')).toBe(false);
  });

  it('has every right of the roles below it', () => {
    for (const roles of Object.values(RIGHTS)) {
      expect(ROLES.slice(0, roles.length)).toEqual(roles);
    }
  });
});

describe('who may do what in a group', () => {
  it('is the matrix while its owners decide nothing', () => {
    for (const [right, lowest] of Object.entries(whoOf())) {
      expect(lowest).toBe(RIGHTS[right as Right].at(-1));
    }
    expect(ownWho(whoOf())).toBeUndefined();
  });

  it('is kept as far as it differs from that', () => {
    expect(ownWho({ ...whoOf(), write: 'owner' })).toEqual({ write: 'owner' });
    expect(whoOf({ write: 'owner' })).toEqual({ write: 'owner', add: 'moderator', rename: 'moderator' });
  });
});
