import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connectionsGateway, openGateway } from '../../../functions/gateway/connections-gateway.ts';
import { serve } from '../support/http-server.ts';
import { useRealClients } from '../support/mocked-clients.ts';

beforeEach(useRealClients);

async function gatewayAt(...[answer]: Parameters<typeof serve>) {
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', `${await serve(answer)}/ws`);
  return connectionsGateway(openGateway());
}

describe('an opened gateway', () => {
  it('posts to the stage in the variable of the SDK', async () => {
    const seen: unknown[] = [];
    const gateway = await gatewayAt(({ method, url }, response) => {
      seen.push([method, url]);
      response.end();
    });
    expect(await gateway.post('abc=', '{}')).toBe('delivered');
    expect(seen).toEqual([['POST', '/ws/@connections/abc%3D']]);
  });

  it('knows a connection that is gone by status and header, as API Gateway sends them', async () => {
    const gateway = await gatewayAt((_, response) => {
      response.writeHead(410, { 'x-amzn-errortype': 'GoneException' }).end();
    });
    expect(await gateway.post('abc', '{}')).toBe('gone');
    expect(await gateway.close('abc')).toBe('gone');
  });
});
