import { randomBytes } from 'node:crypto';
import { call, conversationOf } from '../../support/people.ts';

export { conversationOf };

export interface Credentials {
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

export interface Person extends Credentials {
  readonly id: string;
  /** As the client library stores them. */
  readonly tokens: Tokens;
}

interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly since: number;
  readonly lifetime: number;
}

/** The sign-up fields of a new user. */
export function newcomer(name: string): Credentials {
  const username = `${name}-${randomBytes(4).toString('hex')}`;
  return { email: `${username}@example.com`, username, password: randomBytes(9).toString('base64url') };
}

/** Creates a user with a session, without a browser. */
export async function person(url: string, name: string, changes: Partial<Credentials> = {}): Promise<Person> {
  const credentials = { ...newcomer(name), ...changes };
  const { email, username, password } = credentials;
  const registration = {
    email,
    username,
    password,
    password2: password,
    first_name: 'Ada',
    last_name: 'Lovelace',
  };
  const { id } = await post<{ id: string }>(url, '/users/register/', registration);
  return { ...credentials, id, tokens: await logIn(url, { email, password }) };
}

/** Another session of a user. */
export async function logIn(
  url: string,
  { email, password }: { email: string; password: string },
): Promise<Tokens> {
  const { access, refresh } = await post<{ access: string; refresh: string }>(url, '/users/token/', {
    email,
    password,
  });
  const claims = JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString());
  return { access, refresh, since: Date.now(), lifetime: (claims.exp - claims.iat) * 1_000 };
}

/** Sends a message over HTTP and returns the stored one. */
export async function write(
  url: string,
  sender: Person,
  peer: { readonly id: string },
  text: string,
  /** The `seq` up to which the sender has read. */
  read?: number,
): Promise<{ readonly seq: number; readonly created_at: string }> {
  return await post(
    url,
    `/conversations/${conversationOf(sender, peer)}/messages/`,
    { text, ...(read !== undefined && { read }) },
    {
      authorization: `Bearer ${sender.tokens.access}`,
      'idempotency-key': crypto.randomUUID(),
    },
  );
}

/** Answers a message over HTTP. */
export async function answer(
  url: string,
  sender: Person,
  peer: { readonly id: string },
  { seq }: Place,
  text: string,
): Promise<void> {
  const path = `/conversations/${conversationOf(sender, peer)}/messages/`;
  const headers = {
    authorization: `Bearer ${sender.tokens.access}`,
    'idempotency-key': crypto.randomUUID(),
  };
  await post(url, path, { text, reply_to: seq }, headers);
}

/** Reacts to a message over HTTP. */
export async function react(
  url: string,
  user: Person,
  peer: { readonly id: string },
  { seq }: Place,
  emoji: string,
): Promise<void> {
  await change(url, user, peer, `${seq}/reactions/${encodeURIComponent(emoji)}`, { method: 'PUT' });
}

/** Creates a group over HTTP. Returns its id. */
export async function group(
  url: string,
  owner: Person,
  title: string,
  members: readonly Person[],
): Promise<string> {
  const body = { kind: 'group', title, members: members.map(({ id }) => id) };
  const headers = { authorization: `Bearer ${owner.tokens.access}` };
  return (await post<{ id: string }>(url, '/conversations/', body, headers)).id;
}

/** A message to change: its number, and its version. */
interface Place {
  readonly seq: number;
  readonly version?: number;
}

/** Edits a message over HTTP, as another device of its sender does. */
export async function edit(
  url: string,
  sender: Person,
  peer: { readonly id: string },
  { seq, version = 1 }: Place,
  text: string,
): Promise<void> {
  await change(url, sender, peer, seq, { method: 'PATCH', body: JSON.stringify({ text, version }) });
}

/** Deletes a message over HTTP. */
export async function remove(
  url: string,
  sender: Person,
  peer: { readonly id: string },
  { seq }: Place,
): Promise<void> {
  await change(url, sender, peer, seq, { method: 'DELETE' });
}

async function change(
  url: string,
  sender: Person,
  peer: { readonly id: string },
  place: number | string,
  request: RequestInit,
): Promise<void> {
  const path = `/conversations/${conversationOf(sender, peer)}/messages/${place}/`;
  const response = await fetch(url + path, {
    ...request,
    headers: { authorization: `Bearer ${sender.tokens.access}`, 'content-type': 'application/json' },
  });
  if (!response.ok) throw new Error(`${request.method} ${path}: ${response.status} ${await response.text()}`);
}

/** How many messages of a conversation a user has not read, as the server knows it. */
export async function unread(url: string, reader: Person, peer: { readonly id: string }): Promise<number> {
  const { access } = reader.tokens;
  return (await call<{ unread: number }>(`${url}/conversations/${conversationOf(reader, peer)}/`, { access }))
    .unread;
}

/** Calls the HTTP API. Throws if it fails. */
export async function post<T>(url: string, path: string, body: object, headers: object = {}): Promise<T> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text === '' ? (undefined as T) : JSON.parse(text);
}
