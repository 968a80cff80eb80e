import { describe, expect, it } from 'vitest';
import { ROLES, may as serverMay } from '../../functions/core/conversations/rights.ts';
import { may, mayRemove } from '../../web/views/groups/rights.ts';

const WHO = { write: 'member', add: 'moderator', rename: 'moderator' } as const;
const RIGHTS = ['write', 'add', 'remove', 'rename', 'delete', 'roles'] as const;

describe.each(ROLES)('the app offers what the server allows: %s', (role) => {
  it('by default', () => {
    const group = { role, who: WHO };
    for (const right of RIGHTS) expect(may(group, right), right).toBe(serverMay({ role }, right));
    expect(mayRemove(group, 'member')).toBe(serverMay({ role }, 'remove'));
    expect(mayRemove(group, 'moderator')).toBe(serverMay({ role }, 'roles'));
  });
});

it('as long as the group is not known, the user may write only', () => {
  expect(may(undefined, 'write')).toBe(true);
  expect(may(undefined, 'add')).toBe(false);
  expect(mayRemove(undefined, 'member')).toBe(false);
});
