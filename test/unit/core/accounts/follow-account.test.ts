import { expect, it } from 'vitest';
import type { Account } from '../../../../functions/core/accounts/account.ts';
import type { DirectoryProjection } from '../../../../functions/core/accounts/directory.ts';
import { followAccount } from '../../../../functions/core/accounts/directory.ts';
import { alice } from '../../support/people.ts';

async function follow(change: { before?: Account; after: Account }) {
  const done: unknown[][] = [];
  const record =
    (name: keyof DirectoryProjection) =>
    async (...args: unknown[]) =>
      void done.push([name, ...args]);
  await followAccount({ countIn: record('countIn'), enter: record('enter'), leave: record('leave') }, change);
  return done;
}

const staff: Account = { ...alice, staff: true };

it('a new account is counted in both lists', async () => {
  expect(await follow({ after: alice })).toEqual([
    ['countIn', 'everyone', 'Alice'],
    ['countIn', 'users', 'Alice'],
  ]);
});

it('who becomes staff leaves the list that others see', async () => {
  expect(await follow({ before: alice, after: staff })).toEqual([['leave', 'users', 'Alice']]);
});

it('who is staff no more comes back to it', async () => {
  expect(await follow({ before: staff, after: alice })).toEqual([
    ['enter', 'users', { id: alice.id, username: 'Alice' }],
  ]);
});

it.each([
  ['somebody', alice],
  ['staff', staff],
])('any other change of %s changes no list', async (_, account) => {
  expect(await follow({ before: account, after: { ...account, firstName: 'Alicia' } })).toEqual([]);
});
