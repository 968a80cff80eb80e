import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { vi } from 'vitest';

// These mocks replace `send` of the SDK's classes, so they also answer the clients that an entry opens at its import.
export const documents = mockClient(DynamoDBDocumentClient);
export const api = mockClient(ApiGatewayManagementApiClient);
export const secrets = mockClient(SecretsManagerClient);
export const ses = mockClient(SESv2Client);

/** Forgets all answers and calls. DynamoDB and `@connections` answer every command with an empty object. */
export function resetClients(): void {
  documents.reset();
  documents.onAnyCommand().resolves({});
  api.reset();
  api.onAnyCommand().resolves({});
  secrets.reset();
  ses.reset();
}

/** Lets the clients of one test send their commands over the network, with the region and the keys of a function. */
export function useRealClients(): () => void {
  for (const client of [documents, api, secrets, ses]) {
    client.reset();
    client.send.callThrough();
  }
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  return () => vi.unstubAllEnvs();
}
