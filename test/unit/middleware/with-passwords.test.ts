import { expect, it } from 'vitest';
import { json } from '../../../functions/middleware/http-replies.ts';
import { httpStack, jsonInput } from '../../../functions/middleware/http-stack.ts';
import { withPasswords } from '../../../functions/middleware/with-passwords.ts';
import { tokenRequest } from '../../../functions/protocol/requests.ts';
import { jsonEvent, lambdaContext } from '../support/events.ts';
import { rememberedReporting } from '../support/reporting.ts';

async function ask(areOn: boolean, body: object) {
  const reporting = rememberedReporting();
  const handler = httpStack(reporting as never)
    .use(withPasswords(areOn))
    .use(jsonInput(tokenRequest))
    .handler(async () => json(200, {}));
  const { statusCode, body: text } = await handler(
    jsonEvent('POST', '/users/token/', body) as never,
    lambdaContext,
  );
  return { statusCode, code: JSON.parse(text ?? '').code, counted: reporting.counted };
}

it('a request with a password is answered only where there are passwords', async () => {
  const given = { email: 'ada@example.com', password: 'x' };
  expect(await ask(true, given)).toEqual({ statusCode: 200, code: undefined, counted: [] });
  expect(await ask(false, given)).toEqual({ statusCode: 403, code: 'passwords_off', counted: [] });
});

it('where there are none, nothing of it is read', async () => {
  expect(await ask(true, {})).toMatchObject({ statusCode: 400 });
  expect(await ask(false, {})).toMatchObject({ statusCode: 403 });
});
