import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';

// These mocks replace `send` of the SDK's classes, so they also answer the clients that an entry opens at its import.
export const documents = mockClient(DynamoDBDocumentClient);
export const api = mockClient(ApiGatewayManagementApiClient);
export const secrets = mockClient(SecretsManagerClient);

/** Forgets all answers and calls. DynamoDB and `@connections` answer every command with an empty object. */
export function resetClients(): void {
  documents.reset();
  documents.onAnyCommand().resolves({});
  api.reset();
  api.onAnyCommand().resolves({});
  secrets.reset();
}

/** Lets the clients of one test send their commands over the network. */
export function useRealClients(): void {
  for (const client of [documents, api]) {
    client.reset();
    client.send.callThrough();
  }
}
