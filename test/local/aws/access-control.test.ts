import { describe, expect, it } from 'vitest';
import { authorizer } from '../../../local/aws/access-control.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/chat';

describe('a role', () => {
  const may = authorizer([
    { actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: [table], leadingKeys: ['USER#*', 'KEYS'] },
    { actions: ['dynamodb:PutItem'], resources: [table], leadingKeys: ['CONV#??'] },
    { actions: ['dynamodb:Describe*'], resources: [`${table}/stream/*`, table], leadingKeys: undefined },
    { actions: ['dynamodb:ListStreams'], resources: ['*'], leadingKeys: undefined },
  ]);
  const query = (...leadingKeys: string[]) => may({ action: 'dynamodb:Query', resource: table, leadingKeys });

  it('allows the actions, resources and partition keys in its statements', () => {
    expect(query('USER#1')).toBe(true);
    expect(query('KEYS')).toBe(true);
    expect(may({ action: 'DynamoDB:getitem', resource: table, leadingKeys: ['USER#1'] })).toBe(true);
  });

  it.each([
    ['another action', { action: 'dynamodb:DeleteItem', resource: table, leadingKeys: ['USER#1'] }],
    ['another table', { action: 'dynamodb:Query', resource: `${table}2`, leadingKeys: ['USER#1'] }],
    [
      'an index of the table',
      { action: 'dynamodb:Query', resource: `${table}/index/x`, leadingKeys: ['KEYS'] },
    ],
    ['another partition', { action: 'dynamodb:Query', resource: table, leadingKeys: ['EMAIL#a'] }],
    ['a partition in other letters', { action: 'dynamodb:Query', resource: table, leadingKeys: ['user#1'] }],
    [
      'a partition that only begins so',
      { action: 'dynamodb:Query', resource: table, leadingKeys: ['KEYS2'] },
    ],
    ['a partition that cannot be told', { action: 'dynamodb:Query', resource: table }],
    [
      'an action of another statement',
      { action: 'dynamodb:PutItem', resource: table, leadingKeys: ['KEYS'] },
    ],
  ])('does not allow %s', (_what, access) => {
    expect(may(access)).toBe(false);
  });

  it('must cover all keys of a request in one statement', () => {
    expect(query('USER#1', 'KEYS')).toBe(true);
    expect(query('USER#1', 'EMAIL#a')).toBe(false);
  });

  it('allows a request without keys, as ForAllValues does', () => {
    expect(query()).toBe(true);
  });

  it('matches * with any text and ? with one character, and all other characters literally', () => {
    const put = (key: string) => may({ action: 'dynamodb:PutItem', resource: table, leadingKeys: [key] });
    expect(['CONV#ab', 'CONV#a', 'CONV#abc'].map(put)).toEqual([true, false, false]);
    expect(may({ action: 'dynamodb:DescribeStream', resource: `${table}/stream/local` })).toBe(true);
    const dotted = authorizer([{ actions: ['*'], resources: ['a.b'], leadingKeys: undefined }]);
    expect(['a.b', 'axb'].map((resource) => dotted({ action: 'x:Y', resource }))).toEqual([true, false]);
  });

  it('allows an action without resources only with the resource *', () => {
    const list = { action: 'dynamodb:ListStreams', resource: '*' };
    expect(may(list)).toBe(true);
    const narrow = authorizer([{ actions: [list.action], resources: [table], leadingKeys: undefined }]);
    expect(narrow(list)).toBe(false);
  });

  it('allows nothing without statements', () => {
    expect(authorizer([])({ action: 'dynamodb:GetItem', resource: table, leadingKeys: [] })).toBe(false);
  });
});
