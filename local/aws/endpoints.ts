import type { IncomingMessage, ServerResponse } from 'node:http';
import { arn } from '../assembly/account.ts';
import { type HttpHandler, sendJson } from '../gateway/http-handler.ts';
import type { FunctionSpec } from '../model.ts';
import type { AccessControl } from './access-control.ts';
import type { AccessKeys } from './access-keys.ts';

/** `caller` is the name that belongs to the access key of the request. */
type Handler = (request: IncomingMessage, response: ServerResponse, caller: string) => void | Promise<void>;

export interface AwsServices {
  readonly dynamodb: Handler;
  readonly secretsManager: Handler;
  /** The @connections API of API Gateway. */
  readonly connections: Handler;
  /** Amazon SES. */
  readonly mail: Handler;
}

/**
 * The AWS services that functions call, on one port. The SDK's `X-Amz-Target` header selects the service. Requests need
 * an access key of this run.
 */
export function awsEndpoints(keys: AccessKeys, services: AwsServices): HttpHandler {
  return (request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const caller = keys.callerOf(request);
    if (caller === undefined) return refuseStranger(request, response, target);
    if (target !== '') {
      // The protocol of both services has only this path and this method.
      const isCall = request.method === 'POST' && request.url === '/';
      if (isCall && isDynamodb.test(target)) return services.dynamodb(request, response, caller);
      if (isCall && target.startsWith('secretsmanager.'))
        return services.secretsManager(request, response, caller);
    } else if (request.url?.includes('/@connections/'))
      return services.connections(request, response, caller);
    else if (request.method === 'POST' && request.url === '/v2/email/outbound-emails')
      return services.mail(request, response, caller);
    // An error here is better than a request that leaves this machine.
    const message = `the local runtime does not have this service: ${request.method} ${request.url} ${target}`;
    request.resume();
    sendJson(response, 501, { message });
  };
}

const isDynamodb = /^DynamoDB(Streams)?_20120810\.\w+$/;

function refuseStranger(request: IncomingMessage, response: ServerResponse, target: string): void {
  const code = request.headers.authorization
    ? 'UnrecognizedClientException'
    : 'MissingAuthenticationTokenException';
  const message = 'The request must be signed with an access key of this run of the local runtime.';
  request.resume();
  // The JSON protocol of DynamoDB and Secrets Manager uses 400 here; API Gateway uses 403.
  sendJson(response, target === '' ? 403 : 400, { __type: code, message }, { 'x-amzn-errortype': code });
}

/**
 * The @connections API with access control. IAM has one action for it. The resource names API, stage, method and
 * connection.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
 */
export function guardConnections(
  connections: HttpHandler,
  apiId: string,
  access: AccessControl,
): (request: IncomingMessage, response: ServerResponse, caller: string) => void | Promise<void> {
  return (request, response, caller) => {
    const refusal = access.refusal(caller, [
      {
        action: 'execute-api:ManageConnections',
        resource: arn('execute-api', `${apiId}${pathOf(request, request.method)}`),
      },
    ]);
    if (refusal === undefined) return connections(request, response);
    request.resume();
    sendJson(response, 403, { message: refusal }, { 'x-amzn-errortype': 'AccessDeniedException' });
  };
}

/** The path as in the ARN: `/ws/POST/@connections/id` for a POST to `/ws/@connections/id`. */
function pathOf({ url = '' }: IncomingMessage, method = ''): string {
  const [path = ''] = url.split('?');
  return path.replace('/@connections/', `/${method}/@connections/`);
}

const management = 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI';

/**
 * Adds the variables that tell the SDK in a function its credentials and endpoints. An endpoint that the template sets
 * stays, as on AWS: a proxy may stand there.
 */
export function withEndpoints(spec: FunctionSpec, url: string, keys: AccessKeys): FunctionSpec {
  const connections = spec.environment[management];
  const { accessKeyId, secretAccessKey } = keys.of(spec.name);
  return {
    ...spec,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      ...spec.environment,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      // Only if the template sets it, as on AWS. Its path is the stage.
      ...(connections !== undefined && { [management]: url + new URL(connections).pathname }),
    },
  };
}
