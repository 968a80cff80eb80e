import { randomUUID } from 'node:crypto';

export interface Person {
  readonly id: string;
  readonly access: string;
  readonly email: string;
  readonly password: string;
}

/** Calls the HTTP API. @throws unless the call succeeds */
export async function call<Body>(url: string, access: string | undefined, body?: object): Promise<Body> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(access !== undefined && { authorization: `Bearer ${access}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as Body;
}

/** A new user with a session. */
export async function register(url: string): Promise<Person> {
  const username = `c${randomUUID().replaceAll('-', '')}`;
  const email = `${username}@example.com`;
  const password = randomUUID();
  const names = { first_name: 'Ada', last_name: 'Lovelace' };
  const account = { email, username, ...names, password, password2: password };
  const { id } = await call<{ id: string }>(`${url}/users/register/`, undefined, account);
  return { id, email, password, access: (await logIn(url, { email, password })).access };
}

interface Session {
  readonly access: string;
  readonly refresh: string;
}

/** Opens one more session. */
export function logIn(
  url: string,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<Session> {
  return call<Session>(`${url}/users/token/`, undefined, { email, password });
}
