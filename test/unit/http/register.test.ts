import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { handler } from '../../../functions/http/register.ts';
import { ANSWER_HEADERS } from '../../support/answer-headers.ts';
import { jsonEvent, lambdaContext } from '../support/events.ts';
import { documents } from '../support/mocked-clients.ts';
import { sent } from '../support/table.ts';

const registration = {
  email: 'Alice@Example.org',
  username: 'Alice',
  first_name: 'Alice',
  last_name: 'Liddell',
  password: 'down the rabbit hole',
  password2: 'down the rabbit hole',
};
const post = async (body: unknown) => {
  const reply = await handler(jsonEvent('POST', '/users/register/', body) as never, lambdaContext);
  return { ...reply, body: JSON.parse(reply.body ?? '') };
};

it('registering answers 201 with the user and without the password', async () => {
  const { password, password2, ...person } = registration;
  expect(await post(registration)).toEqual({
    statusCode: 201,
    headers: { ...ANSWER_HEADERS, 'content-type': 'application/json' },
    body: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), ...person },
  });
  expect(JSON.stringify(sent())).not.toContain('rabbit');
});

it('registering a taken email and username answers 400 with both fields', async () => {
  documents.on(TransactWriteCommand).rejects(
    new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: [{ Code: 'ConditionalCheckFailed' }, { Code: 'ConditionalCheckFailed' }],
    }),
  );
  const { statusCode, body } = await post(registration);
  expect([statusCode, body.code, Object.keys(body.errors)]).toEqual([
    400,
    'validation_failed',
    ['email', 'username'],
  ]);
});

it('an invalid registration answers 400 with every invalid field and stores nothing', async () => {
  const { statusCode, body } = await post({
    ...registration,
    email: 'alice',
    password: 'short',
    staff: true,
  });
  expect([statusCode, Object.keys(body.errors).sort()]).toEqual([400, ['email', 'password', 'staff']]);
  expect(sent()).toEqual([]);
});
