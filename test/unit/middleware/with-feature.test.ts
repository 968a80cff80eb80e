import { expect, it } from 'vitest';
import { accepted } from '../../../functions/middleware/http-replies.ts';
import { httpStack, jsonInput } from '../../../functions/middleware/http-stack.ts';
import { withMail, withPasswords } from '../../../functions/middleware/with-feature.ts';
import { resetRequest, tokenRequest } from '../../../functions/protocol/requests.ts';
import { jsonEvent, lambdaContext } from '../support/events.ts';
import { rememberedReporting } from '../support/reporting.ts';

const FEATURES = [
  {
    feature: 'mail',
    middleware: withMail,
    request: resetRequest,
    given: { email: 'ada@example.com' },
    code: 'mail_off',
  },
  {
    feature: 'passwords',
    middleware: withPasswords,
    request: tokenRequest,
    given: { email: 'ada@example.com', password: 'x' },
    code: 'passwords_off',
  },
] as const;

async function ask({ middleware, request }: (typeof FEATURES)[number], isOn: boolean, body: object) {
  const reporting = rememberedReporting();
  const handler = httpStack(reporting as never)
    .use(middleware(isOn))
    .use(jsonInput<typeof request>(request))
    .handler(async () => accepted);
  const event = jsonEvent('POST', '/users/', body);
  const { statusCode, body: text } = await handler(event as never, lambdaContext);
  return { statusCode, code: text && JSON.parse(text).code, counted: reporting.counted };
}

it.each(FEATURES)('a request that needs $feature is answered only where it is on', async (one) => {
  expect(await ask(one, true, one.given)).toEqual({ statusCode: 202, code: undefined, counted: [] });
  expect(await ask(one, false, one.given)).toEqual({ statusCode: 403, code: one.code, counted: [] });
});

it.each(FEATURES)('where $feature is off, nothing of the request is read', async (one) => {
  expect(await ask(one, true, {})).toMatchObject({ statusCode: 400 });
  expect(await ask(one, false, {})).toMatchObject({ statusCode: 403 });
});
