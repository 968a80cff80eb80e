import { describe, expect, it } from 'vitest';
import { paths, routeOf } from '../../web/state/paths.ts';

describe('an address', () => {
  it.each([
    ['', { view: 'inbox' }],
    [paths.inbox, { view: 'inbox' }],
    [paths.people, { view: 'people' }],
    [paths.profile, { view: 'profile' }],
    [paths.reports, { view: 'reports' }],
    [paths.logIn, { view: 'log-in' }],
    [paths.signUp, { view: 'sign-up' }],
    [paths.forgot, { view: 'forgot' }],
    ['#/reset/a-b.c_d', { view: 'reset', token: 'a-b.c_d' }],
    ['#/verify/a-b.c_d', { view: 'verify', token: 'a-b.c_d' }],
    [paths.join('a-b_c'), { view: 'join', token: 'a-b_c' }],
    ['#/verify', { view: 'verify', token: '' }],
    [paths.conversation('a-b'), { view: 'conversation', userId: 'a-b' }],
    [paths.conversation('../users'), { view: 'conversation', userId: '../users' }],
    [paths.group('a-b'), { view: 'group', id: 'a-b' }],
    ['#/group/', { view: 'inbox' }],
    ['#/group/%E0%A4%A', { view: 'inbox' }],
    ['#/with/', { view: 'inbox' }],
    ['#/with/%E0%A4%A', { view: 'inbox' }],
    ['#/nowhere', { view: 'inbox' }],
    ['#constructor', { view: 'inbox' }],
  ])('%j opens a view', (hash, route) => {
    expect(routeOf(hash)).toEqual(route);
  });
});
