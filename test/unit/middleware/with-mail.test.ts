import { expect, it } from 'vitest';
import { accepted } from '../../../functions/middleware/http-replies.ts';
import { httpStack, jsonInput } from '../../../functions/middleware/http-stack.ts';
import { withMail } from '../../../functions/middleware/with-mail.ts';
import { resetRequest } from '../../../functions/protocol/requests.ts';
import { jsonEvent, lambdaContext } from '../support/events.ts';
import { rememberedReporting } from '../support/reporting.ts';

async function ask(isOn: boolean, body: object) {
  const handler = httpStack(rememberedReporting() as never)
    .use(withMail(isOn))
    .use(jsonInput(resetRequest))
    .handler(async () => accepted);
  const event = jsonEvent('POST', '/users/password/reset/', body);
  const { statusCode, body: text } = await handler(event as never, lambdaContext);
  return { statusCode, code: text && JSON.parse(text).code };
}

it('a request for mail is answered only where there is mail, and elsewhere not read', async () => {
  const given = { email: 'ada@example.com' };
  expect(await ask(true, given)).toEqual({ statusCode: 202, code: undefined });
  expect(await ask(false, given)).toEqual({ statusCode: 403, code: 'mail_off' });
  expect(await ask(true, {})).toMatchObject({ statusCode: 400 });
  expect(await ask(false, {})).toMatchObject({ statusCode: 403 });
});
