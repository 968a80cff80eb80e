import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  ForbiddenException,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, it } from 'vitest';
import { connectionsGateway } from '../../../functions/gateway/connections-gateway.ts';
import { api } from '../support/mocked-clients.ts';
import 'aws-sdk-client-mock-vitest/extend';

const gateway = connectionsGateway(
  new ApiGatewayManagementApiClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' }),
);
const gone = new GoneException({ message: 'gone', $metadata: {} });
const faults = [
  new LimitExceededException({ message: 'slow down', $metadata: {} }),
  new ForbiddenException({ message: 'no', $metadata: {} }),
  new Error('a bug'),
];

describe('posting', () => {
  it('delivers the frame to the connection', async () => {
    api.on(PostToConnectionCommand).resolves({});
    expect(await gateway.post('a=', '{"message":"é"}')).toBe('delivered');
    expect(api).toHaveReceivedCommandExactlyOnceWith(PostToConnectionCommand, {
      ConnectionId: 'a=',
      Data: '{"message":"é"}',
    });
  });

  it('tells that a connection is gone', async () => {
    api.on(PostToConnectionCommand).rejects(gone);
    expect(await gateway.post('a', '{}')).toBe('gone');
  });

  it.each(faults)('does not report %s as gone', async (fault) => {
    api.on(PostToConnectionCommand).rejects(fault);
    await expect(gateway.post('a', '{}')).rejects.toBe(fault);
  });
});

describe('looking whether a connection is open', () => {
  it('asks for it', async () => {
    api.on(GetConnectionCommand).resolves({});
    expect(await gateway.isOpen('a')).toBe(true);
    expect(api).toHaveReceivedCommandExactlyOnceWith(GetConnectionCommand, { ConnectionId: 'a' });
  });

  it('reports that it is gone', async () => {
    api.on(GetConnectionCommand).rejects(gone);
    expect(await gateway.isOpen('a')).toBe(false);
  });

  it.each(faults)('throws %s instead', async (fault) => {
    api.on(GetConnectionCommand).rejects(fault);
    await expect(gateway.isOpen('a')).rejects.toBe(fault);
  });
});

describe('closing', () => {
  it('deletes the connection', async () => {
    api.on(DeleteConnectionCommand).resolves({});
    expect(await gateway.close('a')).toBe('closed');
    expect(api).toHaveReceivedCommandExactlyOnceWith(DeleteConnectionCommand, { ConnectionId: 'a' });
  });

  it('tells that a connection is gone', async () => {
    api.on(DeleteConnectionCommand).rejects(gone);
    expect(await gateway.close('a')).toBe('gone');
  });

  it.each(faults)('fails for %s', async (fault) => {
    api.on(DeleteConnectionCommand).rejects(fault);
    await expect(gateway.close('a')).rejects.toBe(fault);
  });
});
