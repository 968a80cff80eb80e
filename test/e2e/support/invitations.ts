import { expect } from 'vitest';
import type { Session } from './people.ts';
import type { Reply, Rest } from './rest.ts';

export interface CreatedInvitation {
  readonly id: string;
  readonly token: string;
}

/** Creates an invitation to a group, and returns any answer. */
export function postInvitation(
  rest: Rest,
  { access: token }: Session,
  group: string,
  more: object = {},
): Promise<Reply> {
  return rest.post(`/conversations/${group}/invitations/`, more, { token });
}

export async function createInvitation(
  rest: Rest,
  by: Session,
  group: string,
  more: object = {},
): Promise<CreatedInvitation> {
  const { status, body } = await postInvitation(rest, by, group, more);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

export function listInvitations(rest: Rest, { access: token }: Session, group: string): Promise<Reply> {
  return rest.get(`/conversations/${group}/invitations/`, { token });
}

export function revokeInvitation(
  rest: Rest,
  { access: token }: Session,
  group: string,
  invitation: string,
): Promise<Reply> {
  return rest.request('DELETE', `/conversations/${group}/invitations/${invitation}/`, { token });
}

/** Looks at what an invitation is to. */
export function look(rest: Rest, { access: token }: Session, invitation: string): Promise<Reply> {
  return rest.post('/invitations/preview/', { token: invitation }, { token });
}

/** Joins a group by the token of an invitation. */
export function join(rest: Rest, { access: token }: Session, invitation: string): Promise<Reply> {
  return rest.post('/invitations/join/', { token: invitation }, { token });
}
