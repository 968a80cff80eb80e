import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listUsers, type UserCursor } from '../../../functions/core/accounts/directory.ts';
import { directory } from '../../../functions/storage/directory.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { id } from '../support/people.ts';
import { sent, table } from '../support/table.ts';

const bounds = async (page: { prefix?: string; from?: string; backwards?: boolean }) => {
  await directory(table).page('users', { limit: 2, ...page });
  return sent().map(([, input]) => {
    const { ':low': low, ':high': high } = (input as { ExpressionAttributeValues: Record<string, string> })
      .ExpressionAttributeValues;
    return [low, high];
  });
};

describe('a search of the directory', () => {
  it.each([
    [{ prefix: 'al' }, ['NAME#al', 'NAME#al\u{10ffff}']],
    [{ prefix: 'al', from: 'alice' }, ['NAME#alice\0', 'NAME#al\u{10ffff}']],
    [{ prefix: 'al', from: 'alice', backwards: true }, ['NAME#al', 'NAME#alice']],
    [{ prefix: 'al', from: 'al' }, ['NAME#al\0', 'NAME#al\u{10ffff}']],
    [{ prefix: 'al', from: 'al', backwards: true }, ['NAME#al', 'NAME#al']],
  ])('%j is one query between %j', async (page, range) => {
    expect(await bounds(page)).toEqual([range]);
  });

  it.each([
    [{ prefix: 'bo', from: 'alice' }, [['NAME#bo', 'NAME#bo\u{10ffff}']]],
    [{ prefix: 'bo', from: 'carol', backwards: true }, [['NAME#bo', 'NAME#bo\u{10ffff}']]],
    [{ prefix: 'bo', from: 'carol' }, []],
    [{ prefix: 'bo', from: 'alice', backwards: true }, []],
  ])(
    'with a cursor from another search, %j, stays within its names, and never asks between bounds in the wrong order',
    async (page, ranges) => {
      expect(await bounds(page)).toEqual(ranges);
    },
  );
});

describe('searching page by page', () => {
  const NAMES = ['a', 'al', 'al.', 'al0', 'alice', 'Alice2', 'alz', 'am', 'bob', 'B', 'z', 'zz'];

  function people() {
    const { table: own, state } = memoryTable();
    for (const [i, username] of NAMES.entries()) {
      const key = { pk: 'DIRECTORY#USERS', sk: `NAME#${username.toLowerCase()}` };
      state.set(key, { ...key, id: id(i), username });
    }
    return directory(own);
  }

  it('finds every user whose name begins with the text, in any letter case, forwards and backwards', async () => {
    const prefix = fc.constantFrom('a', 'AL', 'al', 'alice', 'b', 'z', 'q', undefined);
    await fc.assert(
      fc.asyncProperty(prefix, fc.integer({ min: 1, max: 5 }), async (search, limit) => {
        const wanted = NAMES.map((name) => name.toLowerCase())
          .filter((name) => name.startsWith(search?.toLowerCase() ?? ''))
          .sort();
        const read = (cursor: UserCursor | undefined) =>
          listUsers(people(), { staff: false, limit, offset: 0, cursor, search });
        const forwards: string[] = [];
        const pages: string[][] = [];
        let page = await read(undefined);
        for (;;) {
          pages.push(page.users.map(({ username }) => username.toLowerCase()));
          forwards.push(...(pages.at(-1) ?? []));
          if (!page.next) break;
          page = await read(page.next);
        }
        expect(forwards).toEqual(wanted);
        for (const former of pages.slice(0, -1).reverse()) {
          page = await read(page.previous);
          expect(page.users.map(({ username }) => username.toLowerCase())).toEqual(former);
        }
        expect(page.count).toBe(search === undefined ? 0 : null);
      }),
    );
  });
});
