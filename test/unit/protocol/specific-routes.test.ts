import { describe, expect, it } from 'vitest';
import { allowedMethods, type Route } from '../../../functions/protocol/allowed-methods.ts';

const routes: readonly Route[] = [
  ['GET', '/users'],
  ['GET', '/users/{slash+}'],
  ['GET', '/users/me'],
  ['PATCH', '/users/me'],
  ['PATCH', '/users/me/{slash+}'],
  ['POST', '/users/register'],
  ['GET', '/users/{user_id}'],
  ['GET', '/users/{user_id}/{slash+}'],
  ['GET', '/conversations/{conversation}/messages'],
  ['POST', '/conversations/{conversation}/messages'],
];

describe('the methods of a path', () => {
  it.each([
    ['/users/me', ['GET', 'PATCH']],
    ['/users/me/', ['GET', 'PATCH']],
    ['/users/register', ['POST']],
    ['/users/somebody', ['GET']],
    ['/users/', ['GET']],
    ['/conversations/c/messages', ['GET', 'POST']],
    ['/conversations//messages', []],
    ['/conversations/c', []],
  ])('%s are %j: a path that is written out hides what a variable would take it for', (path, methods) => {
    expect(allowedMethods(routes, path)).toEqual(methods);
  });
});
