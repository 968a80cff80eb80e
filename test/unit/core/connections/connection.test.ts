import { expect, it } from 'vitest';
import { admit } from '../../../../functions/core/connections/connection.ts';
import { alice, bob, id, knowing } from '../../support/people.ts';

it.each([
  ['somebody else', bob.id, 'admitted'],
  ['nobody in particular', '', 'admitted'],
  ['themselves', alice.id, 'oneself'],
  ['somebody who does not exist', id(404), 'unknown_user'],
  ['what is no id', 'bob', 'unknown_user'],
  ['an id in capitals', 'ABCDEF00-0000-4000-8000-000000000001', 'unknown_user'],
])('a socket for a conversation with %s (%j) is: %s', async (_, peerId, verdict) => {
  expect(await admit(knowing(alice, bob), alice.id, peerId)).toBe(verdict);
});

it('an invalid user id is not looked up', async () => {
  const profiles = { profileOf: () => Promise.reject(new Error('looked up')) };
  expect(await admit(profiles, alice.id, 'x'.repeat(5_000))).toBe('unknown_user');
});
