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
