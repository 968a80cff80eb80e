import { describe, expect, it } from 'vitest';
import {
  may,
  RIGHTS,
  type Right,
  ROLES,
  type Role,
  requireRight,
} from '../../../../functions/core/conversations/rights.ts';
import { thrownBy } from '../../support/rejection.ts';

const EXPECTED: Record<Right, readonly Role[]> = {
  write: ['owner', 'moderator', 'member'],
  add: ['owner', 'moderator'],
  remove: ['owner', 'moderator'],
  rename: ['owner', 'moderator'],
  delete: ['owner', 'moderator'],
  roles: ['owner'],
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

  it('has every right of the roles below it', () => {
    for (const roles of Object.values(RIGHTS)) {
      expect(ROLES.slice(0, roles.length)).toEqual(roles);
    }
  });
});
