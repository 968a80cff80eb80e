import { expect, it } from 'vitest';
import { accessKeys } from '../../../local/aws/access-keys.ts';
import { withEndpoints } from '../../../local/aws/endpoints.ts';
import type { FunctionSpec } from '../../../local/model.ts';

const url = 'http://127.0.0.1:1234';
const variables = (environment: Record<string, string>) =>
  withEndpoints({ name: 'api-send', environment } as unknown as FunctionSpec, url, accessKeys()).environment;

it('a function gets the endpoints and a key of its own', () => {
  expect(variables({ TABLE_NAME: 'table' })).toEqual({
    TABLE_NAME: 'table',
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^LOCAL[0-9A-F]{32}$/),
    AWS_SECRET_ACCESS_KEY: 'local',
  });
});

it('an endpoint that the template sets stays, and the path of @connections', () => {
  expect(
    variables({
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9999',
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'https://abc.execute-api.us-east-1.amazonaws.com/ws',
    }),
  ).toMatchObject({
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9999',
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${url}/ws`,
  });
});
