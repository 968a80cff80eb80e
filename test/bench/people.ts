import { randomUUID } from 'node:crypto';

export interface Person {
  readonly id: string;
  readonly access: string;
}

/** The bodies of all answers, for counting. */
export const received = { bytes: 0 };

/** Calls the HTTP API. Throws unless the call succeeds. */
export async function call(
  url: string,
  path: string,
  {
    access,
    body,
    headers,
  }: { access?: string | undefined; body?: object; headers?: Record<string, string> } = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(access !== undefined && { authorization: `Bearer ${access}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  received.bytes += Buffer.byteLength(text);
  return JSON.parse(text) as Record<string, unknown>;
}

/** A user with an account and a session. */
export async function register(url: string): Promise<Person> {
  const username = `bench-${randomUUID()}`;
  const login = { email: `${username}@example.com`, password: randomUUID() };
  const names = { first_name: 'Ada', last_name: 'Lovelace' };
  const { id } = await call(url, '/users/register/', {
    body: { ...login, username, ...names, password2: login.password },
  });
  const { access } = await call(url, '/users/token/', { body: login });
  return { id: id as string, access: access as string };
}
