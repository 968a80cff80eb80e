import { expect, it } from 'vitest';
import { fakeServer } from './fake-server.ts';
import { during, fakeClock, online } from './support.ts';

fakeClock();

it('links are asked for and used by requests whose tokens are in no address', async () => {
  const server = fakeServer({
    http: (_, path) => (/reset|verification/.test(path) ? accepted(path) : undefined),
  });
  const { client } = await online(server);
  const before = server.requests.length;
  await during(client.requestPasswordReset('ada@example.com'));
  await during(client.resetPassword('secret-token', 'a better one than that'));
  await during(client.requestEmailVerification());
  await during(client.verifyEmail('secret-token'));
  expect(server.requests.slice(before).filter((request) => !request.startsWith('GET'))).toEqual([
    'POST /users/password/reset',
    'POST /users/password/reset/confirm',
    'POST /users/me/email/verification',
    'POST /users/email/verification',
  ]);
});

/** The server answers 202 where a mail goes out, and 204 where a link is used; both without a body. */
function accepted(path: string): Response {
  const status = path === '/users/password/reset' || path.includes('/me/') ? 202 : 204;
  return new Response(null, { status });
}

it('a sign-up that must be verified has no id, and its link makes the account', async () => {
  const person = { email: 'ada@example.com', username: 'ada', first_name: 'Ada', last_name: 'Lovelace' };
  const registration = {
    ...person,
    password: 'the weaving of patterns',
    password2: 'the weaving of patterns',
  };
  const server = fakeServer({
    http: (_, path) => {
      if (path === '/users/register') return Response.json(person, { status: 202 });
      if (path === '/users/register/confirm') return Response.json({ id: 'a', ...person }, { status: 201 });
      return undefined;
    },
  });
  const { client } = await online(server);
  expect(await during(client.register(registration))).toEqual(person);
  expect(await during(client.confirmSignUp('secret-token', registration.password))).toEqual({
    id: 'a',
    ...person,
  });
});
