import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Send = (command: object) => Promise<object>;
type Middleware = (next: (args: object) => Promise<object>) => (args: object) => Promise<object>;

/**
 * A Document client whose every command goes to `send`. It is an instance of the SDK's class, as the SDK's paginators
 * ask, and it runs the middleware that `tableWith` adds, so that the store's faults take the way that they take on AWS.
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
