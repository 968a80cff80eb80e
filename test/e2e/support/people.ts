import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Reply, Rest } from './rest.ts';

export interface Registration {
  email: string;
  username: string;
  first_name: string;
  last_name: string;
  password: string;
  password2: string;
}

export interface Session {
  readonly access: string;
  readonly refresh: string;
}

export interface Person extends Session {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

/** A new registration, unique in any deployment, however often the suite ran there. */
export function registration(changes: Partial<Registration> = {}): Registration {
  const username = `t${randomBytes(9).toString('hex')}`;
  const password = randomBytes(12).toString('base64url');
  return {
    email: `${username}@example.com`,
    username,
    first_name: 'Ada',
    last_name: 'Lovelace',
    password,
    password2: password,
    ...changes,
  };
}

/** A user with an account and a session. */
export async function person(rest: Rest): Promise<Person> {
  const { email, username, password, ...names } = registration();
  const registered = await rest.post('/users/register/', { email, username, password, ...names });
  expect(registered.status, JSON.stringify(registered.body)).toBe(201);
  return { id: registered.body.id, email, username, password, ...(await logIn(rest, { email, password })) };
}

type Tuple<Length extends number, Items extends Person[] = []> = Items['length'] extends Length
  ? Items
  : Tuple<Length, [...Items, Person]>;

export function people<N extends number>(rest: Rest, howMany: N): Promise<Tuple<N>> {
  return Promise.all(Array.from({ length: howMany }, () => person(rest))) as Promise<Person[]> as Promise<
    Tuple<N>
  >;
}

/** Opens one more session of a user. */
export async function logIn(
  rest: Rest,
  { email, password }: { email: string; password: string },
): Promise<Session> {
  const reply = await rest.post('/users/token/', { email, password });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return { access: reply.body.access, refresh: reply.body.refresh };
}

export function logOut(rest: Rest, { access, refresh }: Session): Promise<Reply> {
  return rest.post('/users/logout/', { refresh_token: refresh }, { token: access });
}

/** Uses a token again after its successor was used, as a thief would. That ends the session. */
export async function reuse(rest: Rest, refresh: string): Promise<void> {
  const exchange = (token: string) => rest.post('/users/token/refresh/', { refresh: token });
  const { body } = await exchange(refresh);
  await exchange(body.refresh);
  expect(await exchange(refresh)).toMatchObject({ status: 401 });
}
