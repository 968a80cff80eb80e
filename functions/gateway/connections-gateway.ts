import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { patience, tellingOutages } from '../aws/outages.ts';
import type { Gateway } from '../core/connections/connection.ts';
import type { CountWork } from '../core/rate-limit/rate-limit.ts';
import { frameOf } from '../core/rate-limit/work.ts';

/** A post without an answer would delay the sender's acknowledgement. */
const REQUEST_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 500;

/**
 * API Gateway's `@connections`. The SDK reads the address from `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI`, which the
 * template sets to the WebSocket API's stage.
 */
export function openGateway(): ApiGatewayManagementApiClient {
  const client = new ApiGatewayManagementApiClient({
    maxAttempts: 2,
    requestHandler: patience({ requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS }),
  });
  return tellingOutages(client);
}

/** @param count is told of delivered frames */
export function connectionsGateway(
  client: ApiGatewayManagementApiClient,
  count: CountWork = () => {},
): Gateway {
  return {
    async post(connectionId, frame, abortSignal) {
      try {
        const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame });
        await client.send(command, abortSignal ? { abortSignal } : {});
        count(frameOf(Buffer.byteLength(frame)));
        return 'delivered';
      } catch (error) {
        if (error instanceof GoneException) return 'gone';
        throw error;
      }
    },
    async isOpen(connectionId) {
      try {
        await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
        return true;
      } catch (error) {
        if (error instanceof GoneException) return false;
        throw error;
      }
    },
    async close(connectionId, abortSignal) {
      try {
        const command = new DeleteConnectionCommand({ ConnectionId: connectionId });
        await client.send(command, abortSignal ? { abortSignal } : {});
        return 'closed';
      } catch (error) {
        if (error instanceof GoneException) return 'gone';
        throw error;
      }
    },
  };
}
