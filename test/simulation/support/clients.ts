import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Send = (command: object) => Promise<object>;
type Middleware = (next: (args: object) => Promise<object>) => (args: object) => Promise<object>;

/**
 * A Document client that passes every command to `send`. It is an instance of the SDK's class, because the SDK's paginators
 * require that. It runs the middleware of `tableWith`, so that faults of the store are handled as on AWS.
 */
export function documentClient(send: Send): DynamoDBDocumentClient {
  let call = send;
  const middlewareStack = {
    add(middleware: Middleware) {
      call = middleware(call);
    },
  };
  return Object.assign(Object.create(DynamoDBDocumentClient.prototype) as DynamoDBDocumentClient, {
    middlewareStack,
    send: (command: object) => call(command),
  });
}

/** The same for `@connections`. */
export function managementClient(send: Send): ApiGatewayManagementApiClient {
  return { send } as unknown as ApiGatewayManagementApiClient;
}
