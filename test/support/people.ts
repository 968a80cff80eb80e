import { randomUUID } from 'node:crypto';

/** A user of a running system, with a session. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly access: string;
}

export interface Call {
  readonly access?: string | undefined;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

/** Calls the HTTP API, with POST if there is a body. Returns the text of the answer. @throws unless the call succeeds */
export async function ask(url: string, { access, body, headers }: Call = {}): Promise<string> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(access !== undefined && { authorization: `Bearer ${access}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return text;
}

/** The same, for an answer in JSON. */
export async function call<Body>(url: string, options?: Call): Promise<Body> {
  return JSON.parse(await ask(url, options)) as Body;
}

export async function register(url: string): Promise<Person> {
  const username = `user-${randomUUID()}`;
  const logInWith = { email: `${username}@example.com`, password: randomUUID() };
  const names = { first_name: 'Ada', last_name: 'Lovelace' };
  const account = { ...logInWith, username, ...names, password2: logInWith.password };
  const { id } = await call<{ id: string }>(`${url}/users/register/`, { body: account });
  return { id, ...logInWith, access: (await logIn(url, logInWith)).access };
}

interface Session {
  readonly access: string;
  readonly refresh: string;
}

/** Opens a session. */
export function logIn(
  url: string,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<Session> {
  return call<Session>(`${url}/users/token/`, { body: { email, password } });
}

export function conversationOf(one: Pick<Person, 'id'>, other: Pick<Person, 'id'>): string {
  return [one.id, other.id].sort().join('.');
}
