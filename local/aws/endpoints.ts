import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionSpec } from '../model.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface AwsServices {
  readonly dynamodb: Handler;
  readonly secretsManager: Handler;
  /** The @connections API of API Gateway. */
  readonly connections: Handler;
}

/** The AWS services that functions call, on one port: a request's target, as the SDK sends it, tells which one it is for. */
export function awsEndpoints(services: AwsServices): Handler {
  return (request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target.startsWith('DynamoDB')) return services.dynamodb(request, response);
    if (target.startsWith('secretsmanager.')) return services.secretsManager(request, response);
    if (request.url?.includes('/@connections/')) return services.connections(request, response);
    // Better than a call that leaves this machine.
    const message = `the local runtime has no such service: ${request.method} ${request.url} ${target}`;
    response.writeHead(501, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  };
}

const management = 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI';

/** The function with its surroundings, of which the SDK learns by its own variables. */
export function withEndpoints(spec: FunctionSpec, url: string): FunctionSpec {
  const connections = spec.environment[management];
  return {
    ...spec,
    environment: {
      ...spec.environment,
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      // On AWS a function has this one only from its template, so the same holds here; its path is the stage.
      ...(connections !== undefined && { [management]: url + new URL(connections).pathname }),
    },
  };
}
