import { expect } from 'vitest';
import type { Person, Session } from './people.ts';
import type { Reply, Rest } from './rest.ts';

/** A group as its members see it. */
export interface Group {
  readonly id: string;
  readonly title: string;
  readonly role: string;
}

/** Creates a group, and returns any answer. */
export function postGroup(rest: Rest, { access }: Session, body: object): Promise<Reply> {
  return rest.post(
    '/conversations/',
    { kind: 'group', title: 'Engines', members: [], ...body },
    { token: access },
  );
}

/** Creates a group of somebody, who owns it, and of others, who are its members. */
export async function createGroup(
  rest: Rest,
  owner: Session,
  members: readonly Pick<Person, 'id'>[],
  more: object = {},
): Promise<Group> {
  const { status, body } = await postGroup(rest, owner, { members: members.map(({ id }) => id), ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

const memberPath = (group: string, { id }: Pick<Person, 'id'>) => `/conversations/${group}/members/${id}/`;

/** Adds somebody to a group, or gives a member another role. */
export function putMember(
  rest: Rest,
  { access: token }: Session,
  group: string,
  member: Pick<Person, 'id'>,
  role?: string,
): Promise<Reply> {
  return rest.send('PUT', memberPath(group, member), role === undefined ? {} : { role }, { token });
}

/** Removes somebody from a group, or leaves it. */
export function removeMember(
  rest: Rest,
  { access: token }: Session,
  group: string,
  member: Pick<Person, 'id'>,
): Promise<Reply> {
  return rest.request('DELETE', memberPath(group, member), { token });
}

/** Gives a group another title. */
export function rename(rest: Rest, { access: token }: Session, group: string, title: string): Promise<Reply> {
  return rest.patch(`/conversations/${group}/`, { title }, { token });
}
