import { describe, expect, it } from 'vitest';
import { allowedMethods, type Route } from '../../../functions/protocol/allowed-methods.ts';

const routes: Route[] = [
  ['GET', '/users'],
  ['POST', '/users/register'],
  ['GET', '/chat/history/{user_id}'],
  ['DELETE', '/chat/history/{user_id}'],
  ['GET', '/schema/swagger-ui'],
  ['GET', '/schema/swagger-ui/{asset+}'],
  ['PUT', '/files/{name+}'],
];

it.each([
  ['/users', ['GET']],
  ['/users/', ['GET']],
  ['/users//', []],
  ['/users/register', ['POST']],
  ['/users/register/', ['POST']],
  ['/users/registers', []],
  ['/users/register/now', []],
  ['/Users', []],
  ['/chat/history', []],
  ['/chat/history/', []],
  ['/chat/history/42', ['GET', 'DELETE']],
  ['/chat/history/42/', ['GET', 'DELETE']],
  ['/chat/history/42/43', []],
  ['/schema/swagger-ui/', ['GET']],
  ['/schema/swagger-ui/a/b/c', ['GET']],
  ['/files/a/b', ['PUT']],
  ['/files/', ['PUT']],
  ['/file/a', []],
  ['/', []],
  ['', []],
  ['/{user_id}', []],
])('%j can be reached by %j', (path, methods) => {
  expect(allowedMethods(routes, path)).toEqual(methods);
});

const overlapping: readonly Route[] = [
  ['GET', '/users'],
  ['GET', '/users/{proxy+}'],
  ['GET', '/users/me'],
  ['PATCH', '/users/me'],
  ['PATCH', '/users/me/{proxy+}'],
  ['POST', '/users/register'],
  ['GET', '/users/{user_id}'],
  ['GET', '/users/{user_id}/{proxy+}'],
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
  ])('%s are %j: a literal path hides the path with a variable that also matches', (path, methods) => {
    expect(allowedMethods(overlapping, path)).toEqual(methods);
  });
});
