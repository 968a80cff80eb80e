import { expect, inject } from 'vitest';
import { conversationOf } from '../support/devices.ts';
import { createGroup, putMember, removeMember } from '../support/groups.ts';
import { createInvitation } from '../support/invitations.ts';
import { sendMessage } from '../support/messages.ts';
import { type Person, people } from '../support/people.ts';
import { type Rest, rest } from '../support/rest.ts';

/** Mallory attacks. Bob and Charles have a conversation that is none of hers, and she has one with Bob. */
export interface Scene {
  readonly url: string;
  readonly api: Rest;
  readonly mallory: Person;
  readonly bob: Person;
  readonly charles: Person;
  /** Of Bob and Charles. */
  readonly theirs: string;
  /** Of Mallory and Bob. */
  readonly ours: string;
  /** A group of Bob and Charles. */
  readonly theirGroup: string;
  /** A group of Bob's, from which he has removed Mallory. */
  readonly formerGroup: string;
  /** A group of Bob's, in which Mallory is a reader. */
  readonly readGroup: string;
  /** The token and the id of Bob's invitation to `formerGroup`. */
  readonly invitation: { readonly token: string; readonly id: string };
  /** The id of Bob's session. */
  readonly bobsSession: string;
}

export async function openScene(): Promise<Scene> {
  const url = inject('parleyUrl');
  const api = rest(url);
  const [mallory, bob, charles] = await people(api, 3);
  const [theirs, ours] = [conversationOf(bob, charles), conversationOf(mallory, bob)];
  await sendMessage(api, bob, theirs, 'Between us.');
  await sendMessage(api, mallory, ours, 'Hello, Bob.');
  const { id: theirGroup } = await createGroup(api, bob, [charles]);
  const { id: formerGroup } = await createGroup(api, bob, [mallory, charles]);
  expect(await removeMember(api, bob, formerGroup, mallory)).toMatchObject({ status: 204 });
  const { id: readGroup } = await createGroup(api, bob, [charles]);
  expect(await putMember(api, bob, readGroup, mallory, 'reader')).toMatchObject({ status: 200 });
  const invitation = await createInvitation(api, bob, formerGroup);
  for (const group of [theirGroup, formerGroup, readGroup]) await sendMessage(api, bob, group, 'Between us.');
  const { body } = await api.get('/users/me/sessions/', { token: bob.access });
  const groups = { theirGroup, formerGroup, readGroup };
  return {
    url,
    api,
    mallory,
    bob,
    charles,
    theirs,
    ours,
    ...groups,
    invitation,
    bobsSession: body.results[0].id,
  };
}

/** What an attack must not change: all that the three of them can see of themselves. */
export async function stateOf(scene: Scene): Promise<unknown> {
  const { api, mallory, bob, charles, theirs, ours, theirGroup, formerGroup, readGroup } = scene;
  const read = async ({ access }: Person, path: string) => {
    const { status, body } = await api.get(path, { token: access });
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };
  const of = async (who: Person) => ({
    profile: await read(who, '/users/me/'),
    sessions: (await read(who, '/users/me/sessions/')).results.map(({ id }: { id: string }) => id),
  });
  return {
    people: await Promise.all([mallory, bob, charles].map(of)),
    theirs: await read(bob, `/conversations/${theirs}/messages/`),
    ours: await read(mallory, `/conversations/${ours}/messages/`),
    groups: await Promise.all(
      [theirGroup, formerGroup, readGroup].flatMap((id) => [
        read(bob, `/conversations/${id}/`),
        read(bob, `/conversations/${id}/messages/`),
        read(bob, `/conversations/${id}/invitations/`),
      ]),
    ),
    receipts: [
      await read(charles, `/conversations/${theirs}/`),
      await read(bob, `/conversations/${ours}/`),
    ].map(({ unread, read: seen, received, peer_read, peer_received }) => [
      unread,
      seen,
      received,
      peer_read,
      peer_received,
    ]),
  };
}

/** An answer says what is wrong with the request, and nothing about how the server is made. */
export function assertTellsNothing(answer: unknown): void {
  expect(JSON.stringify(answer) ?? '').not.toMatch(
    /node_modules|index\.mjs|\bat [\w.<>]+ \(|dynamodb|arn:aws|USER#|CONV#|EMAIL#|TypeError|ValidationException/i,
  );
}
