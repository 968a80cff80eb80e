import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../functions/core/accounts/account.ts';
import {
  type Directory,
  type DirectoryProjection,
  followAccount,
  listUsers,
  type UserCursor,
} from '../../../../functions/core/accounts/directory.ts';
import { crowd, memoryDirectory } from '../../support/directory.ts';
import { alice, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const people = crowd(25);
const directory = memoryDirectory({
  users: people,
  everyone: [...people, { id: id(99), username: 'Admin' }],
});
const list = (request: Partial<Parameters<typeof listUsers>[1]>) =>
  listUsers(directory, { staff: false, limit: 10, offset: 0, ...request });

describe('a page of users', () => {
  it('starts with the first user and links to the next page', async () => {
    expect(await list({})).toEqual({
      count: 25,
      users: people.slice(0, 10),
      next: { username: 'u009', backwards: false },
      previous: undefined,
    });
  });

  it('continues after a cursor and links back', async () => {
    expect(await list({ cursor: { username: 'u009', backwards: false }, offset: 10 })).toEqual({
      count: 25,
      users: people.slice(10, 20),
      next: { username: 'u019', backwards: false },
      previous: { username: 'u010', backwards: true },
    });
  });

  it('has no next page when no user follows', async () => {
    expect(await list({ cursor: { username: 'u019', backwards: false } })).toEqual({
      count: 25,
      users: people.slice(20),
      next: undefined,
      previous: { username: 'u020', backwards: true },
    });
  });

  it('has no next page when it is exactly full', async () => {
    expect((await list({ limit: 25 })).next).toBeUndefined();
    expect((await list({ limit: 24 })).next).toEqual({ username: 'u023', backwards: false });
  });

  it('lists the users before a cursor in ascending order', async () => {
    expect(await list({ cursor: { username: 'u020', backwards: true } })).toEqual({
      count: 25,
      users: people.slice(10, 20),
      next: { username: 'u019', backwards: false },
      previous: { username: 'u010', backwards: true },
    });
  });

  it('has no previous page when it reaches the first user backwards', async () => {
    expect(await list({ cursor: { username: 'u004', backwards: true } })).toEqual({
      count: 25,
      users: people.slice(0, 4),
      next: { username: 'u003', backwards: false },
      previous: undefined,
    });
  });

  it('skips `offset` users and links back from there', async () => {
    expect(await list({ offset: 7, limit: 3 })).toEqual({
      count: 25,
      users: people.slice(7, 10),
      next: { username: 'u009', backwards: false },
      previous: { username: 'u007', backwards: true },
    });
  });

  it.each([{ offset: 25 }, { offset: 999 }, { cursor: { username: 'u024', backwards: false } }])(
    'is empty behind the last person (%j), and leads back to the last page',
    async (request) => {
      const { previous, ...page } = await list(request);
      expect(page).toEqual({ count: 25, users: [], next: undefined });
      expect(await list({ cursor: previous })).toMatchObject({ users: people.slice(15), next: undefined });
    },
  );

  it('is empty before the first user and links to the first page', async () => {
    const { next, ...page } = await list({ cursor: { username: 'u000', backwards: true } });
    expect(page).toEqual({ count: 25, users: [], previous: undefined });
    expect(await list({ cursor: next })).toMatchObject({ users: people.slice(0, 10), previous: undefined });
  });

  it.each([{ offset: 0 }, { offset: 3 }, { cursor: { username: 'u', backwards: true } }])(
    'of nobody leads nowhere (%j)',
    async (request) => {
      const nobody = memoryDirectory({});
      expect(await listUsers(nobody, { staff: false, limit: 10, offset: 0, ...request })).toEqual({
        count: 0,
        users: [],
        next: undefined,
        previous: undefined,
      });
    },
  );

  it('does not skip when it has a cursor, because `offset` then only tells the position of the page', async () => {
    const { users } = await list({
      offset: 900_000,
      limit: 1,
      cursor: { username: 'u003', backwards: false },
    });
    expect(users).toEqual([people[4]]);
  });

  it('ignores the letter case of a cursor', async () => {
    expect((await list({ limit: 1, cursor: { username: 'U003', backwards: false } })).users).toEqual([
      people[4],
    ]);
  });

  it('skips at most 1,000 users', async () => {
    expect((await list({ offset: 1_000 })).users).toEqual([]);
    expect(await rejection(list({ offset: 1_001 }))).toEqual({
      code: 'validation_failed',
      errors: { offset: ['Must be at most 1000; follow `next` to go further.'] },
    });
  });

  it('reads the users that it skips and shows, and one more to know whether a next page exists', async () => {
    const limits: number[] = [];
    const counted: Directory = {
      ...directory,
      page: (name, page) => {
        limits.push(page.limit);
        return directory.page(name, page);
      },
    };
    await listUsers(counted, { staff: false, limit: 5, offset: 10 });
    await listUsers(counted, {
      staff: false,
      limit: 5,
      offset: 10,
      cursor: { username: 'u3', backwards: true },
    });
    expect(limits).toEqual([16, 6]);
  });

  it('shows staff only to staff', async () => {
    expect(await list({ staff: true, limit: 1 })).toEqual({
      count: 26,
      users: [{ id: id(99), username: 'Admin' }],
      next: { username: 'Admin', backwards: false },
      previous: undefined,
    });
    expect((await list({ limit: 1 })).users).toEqual([people[0]]);
  });
});

it('pages of any size list every user once, in both directions', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 15 }),
      async (size, limit) => {
        const everybody = crowd(size);
        const users = memoryDirectory({ users: everybody });
        const walk = async (start: UserCursor | undefined, way: 'next' | 'previous') => {
          const pages = [];
          for (let cursor = start; pages.length <= size; ) {
            const page = await listUsers(users, { staff: false, limit, offset: 0, cursor });
            pages.push(page);
            cursor = page[way];
            if (!cursor) break;
          }
          return pages;
        };
        const there = await walk(undefined, 'next');
        expect(there.flatMap((page) => page.users)).toEqual(everybody);
        const last = there.at(-1)?.users ?? [];
        const back = await walk(there.at(-1)?.previous, 'previous');
        const before = there.length > 1 ? back.reverse().flatMap((page) => page.users) : [];
        expect([...before, ...last]).toEqual(everybody);
      },
    ),
  );
});

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

it('an account that becomes staff leaves the list for other users', async () => {
  expect(await follow({ before: alice, after: staff })).toEqual([['leave', 'users', 'Alice']]);
});

it('an account that is no longer staff returns to that list', async () => {
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
