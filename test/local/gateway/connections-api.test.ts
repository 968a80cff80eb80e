import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, it } from 'vitest';
import { open, type SocketEvent, serveWebSocketApi } from './sockets.ts';

/** A socket, its connection id, and the SDK's client for it. */
async function connected() {
  const ids: string[] = [];
  const served = await serveWebSocketApi({
    connect: ({ requestContext }: SocketEvent) => {
      ids.push(requestContext.connectionId);
      return { statusCode: 200 };
    },
  });
  const client = await open(served.url, [], { headers: { 'User-Agent': 'test' } });
  return { ...served, client, id: ids[0] ?? '', management: managementOf(served.connections) };
}

function managementOf(connections: string): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({
    endpoint: connections.replace('/@connections', ''),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

describe('@connections', () => {
  it('sends a text frame for a POST and counts the post', async () => {
    const { client, id, management, api } = await connected();
    await management.send(new PostToConnectionCommand({ ConnectionId: id, Data: 'hello é' }));
    expect(await client.next()).toBe('hello é');
    expect(api.posts()).toBe(1);
  });

  it('returns the time of connection for a GET', async () => {
    const { id, management } = await connected();
    expect(await management.send(new GetConnectionCommand({ ConnectionId: id }))).toMatchObject({
      ConnectedAt: expect.any(Date),
      LastActiveAt: expect.any(Date),
    });
  });

  it('closes the socket for a DELETE', async () => {
    const { client, id, management } = await connected();
    await management.send(new DeleteConnectionCommand({ ConnectionId: id }));
    expect((await client.closed)[0]).toBe(1000);
  });

  it('answers 410 for a connection that has closed or never existed', async () => {
    const { client, id, management } = await connected();
    client.socket.close();
    await client.closed;
    for (const command of [
      new PostToConnectionCommand({ ConnectionId: id, Data: 'x' }),
      new GetConnectionCommand({ ConnectionId: 'unknown=' }),
      new DeleteConnectionCommand({ ConnectionId: 'unknown=' }),
    ]) {
      await expect(management.send(command as PostToConnectionCommand)).rejects.toBeInstanceOf(GoneException);
    }
  });

  it('answers 410 while the $connect function is running', async () => {
    const errors: unknown[] = [];
    let connections = '';
    const served = await serveWebSocketApi({
      connect: async ({ requestContext: { connectionId } }: SocketEvent) => {
        const post = new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'early' });
        errors.push(
          await managementOf(connections)
            .send(post)
            .catch((error) => error),
        );
        return { statusCode: 200 };
      },
    });
    connections = served.connections;
    await open(served.url);
    expect(errors).toEqual([expect.any(GoneException)]);
  });

  it('answers 413 for a message of more than 128 KB', async () => {
    const { id, management, client } = await connected();
    const post = (Data: string) => management.send(new PostToConnectionCommand({ ConnectionId: id, Data }));
    await expect(post('x'.repeat(131_073))).rejects.toBeInstanceOf(PayloadTooLargeException);
    await post('x'.repeat(131_072));
    expect((await client.next()).length).toBe(131_072);
  });

  it('answers 403 for an unsigned request and for another path', async () => {
    const { id, connections } = await connected();
    const status = async (url: string, headers = {}) =>
      (await fetch(url, { method: 'POST', headers })).status;
    const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=x' };
    expect(await status(`${connections}/${encodeURIComponent(id)}`)).toBe(403);
    expect(await status(`${connections}/${encodeURIComponent(id)}`, signed)).toBe(200);
    expect(await status(connections.replace('/ws/', '/other/'), signed)).toBe(403);
    expect(await status(`${connections}/%`, signed)).toBe(403);
  });
});
