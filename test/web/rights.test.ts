import { expect, it } from 'vitest';
import { ROLES, RIGHTS as SERVER } from '../../functions/core/conversations/rights.ts';
import { may, mayRemove } from '../../web/views/groups/rights.ts';

it.each(ROLES)('the app offers what the server allows: %s', (role) => {
  const serverAllows = (right: keyof typeof SERVER) => (SERVER[right] as readonly string[]).includes(role);
  expect(may(role, 'write')).toBe(serverAllows('write'));
  expect(may(role, 'delete')).toBe(serverAllows('delete'));
  expect(may(role, 'roles')).toBe(serverAllows('roles'));
  for (const right of ['add', 'remove', 'rename'] as const)
    expect(may(role, 'manage')).toBe(serverAllows(right));
  expect(mayRemove(role, 'member')).toBe(serverAllows('remove'));
  expect(mayRemove(role, 'moderator')).toBe(serverAllows('roles'));
});

it('as long as the role is not known, the user may write only', () => {
  expect(may(undefined, 'write')).toBe(true);
  expect(may(undefined, 'manage')).toBe(false);
  expect(mayRemove(undefined, 'member')).toBe(false);
});
