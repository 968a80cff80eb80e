import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpHandler, sendJson } from '../gateway/http-handler.ts';
import type { FunctionSpec } from '../model.ts';
import type { AccessKeys } from './access-keys.ts';

/** `caller` is the name behind the key that signed the request. */
type Handler = (request: IncomingMessage, response: ServerResponse, caller: string) => void | Promise<void>;

export interface AwsServices {
  readonly dynamodb: Handler;
  readonly secretsManager: Handler;
  /** The @connections API of API Gateway. */
  readonly connections: Handler;
}

/**
 * The AWS services that functions call, on one port: a request's target, as the SDK sends it, tells which one it is for.
 * Only those are served who have a key of this run.
 */
export function awsEndpoints(keys: AccessKeys, services: AwsServices): HttpHandler {
  return (request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const caller = keys.callerOf(request);
    if (caller === undefined) return refuseStranger(request, response, target);
    if (target !== '') {
      // The protocol of both services knows this one resource and this one method.
      const isCall = request.method === 'POST' && request.url === '/';
      if (isCall && isDynamodb.test(target)) return services.dynamodb(request, response, caller);
      if (isCall && target.startsWith('secretsmanager.'))
        return services.secretsManager(request, response, caller);
    } else if (request.url?.includes('/@connections/'))
      return services.connections(request, response, caller);
    // Better than a call that leaves this machine.
    const message = `the local runtime has no such service: ${request.method} ${request.url} ${target}`;
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
  // The JSON protocol of DynamoDB and Secrets Manager has 400 for it, API Gateway 403.
  sendJson(response, target === '' ? 403 : 400, { __type: code, message }, { 'x-amzn-errortype': code });
}

const management = 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI';

/** The function with its surroundings, of which the SDK learns by its own variables. */
export function withEndpoints(spec: FunctionSpec, url: string, keys: AccessKeys): FunctionSpec {
  const connections = spec.environment[management];
  const { accessKeyId, secretAccessKey } = keys.of(spec.name);
  return {
    ...spec,
    environment: {
      ...spec.environment,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      // On AWS a function has this one only from its template, so the same holds here; its path is the stage.
      ...(connections !== undefined && { [management]: url + new URL(connections).pathname }),
    },
  };
}
