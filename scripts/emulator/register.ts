import assert from 'node:assert/strict';

interface Account {
  readonly id: string;
  readonly access: string;
}

/** A new user with a session. */
export async function register(url: string): Promise<Account> {
  const username = `t${crypto.randomUUID().replaceAll('-', '')}`;
  const [email, password] = [`${username}@example.com`, crypto.randomUUID()];
  const names = { first_name: 'Ada', last_name: 'Lovelace' };
  const { id } = await post(`${url}/users/register/`, {
    email,
    username,
    password,
    password2: password,
    ...names,
  });
  const { access } = await post(`${url}/users/token/`, { email, password });
  return { id, access };
}

async function post(url: string, body: object): Promise<Account> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.ok(response.ok, `POST ${url}: ${response.status}`);
  return (await response.json()) as Account;
}
