import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendEmailCommand } from '@aws-sdk/client-sesv2';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openSecrets } from '../../../functions/auth/signing-keys.ts';
import { openGateway } from '../../../functions/gateway/connections-gateway.ts';
import { openMailService } from '../../../functions/mailer/ses-mailer.ts';
import { openTable } from '../../../functions/storage/table.ts';
import { serve } from '../support/http-server.ts';
import { useRealClients } from '../support/mocked-clients.ts';

const root = join(import.meta.dirname, '../../..');
const chance = { wait: async () => {}, random: () => 0.5 };

interface OwnClient {
  /** The variable that leads the SDK to another server. */
  readonly endpoint: string;
  readonly request: () => Promise<unknown>;
}

/** Every client of the SDK that the functions make, with a request to try it. */
const CLIENTS: Readonly<Record<string, OwnClient>> = {
  'SecretsManagerClient in functions/auth/signing-keys.ts': {
    endpoint: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    request: () => openSecrets().send(new GetSecretValueCommand({ SecretId: 'secret' })),
  },
  'ApiGatewayManagementApiClient in functions/gateway/connections-gateway.ts': {
    endpoint: 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI',
    request: () => openGateway().send(new PostToConnectionCommand({ ConnectionId: 'abc', Data: '{}' })),
  },
  'SESv2Client in functions/mailer/ses-mailer.ts': {
    endpoint: 'AWS_ENDPOINT_URL_SESV2',
    request: () => openMailService().send(new SendEmailCommand({ Content: {} })),
  },
  'DynamoDBClient in functions/storage/table.ts': {
    endpoint: 'AWS_ENDPOINT_URL_DYNAMODB',
    request() {
      const Key = { pk: 'a', sk: 'b' };
      return openTable('parley-test', chance).client.send(new GetCommand({ TableName: 'parley-test', Key }));
    },
  },
};

/** The functions' timeouts are longer than this, so a caller still gets an answer. */
const LIMIT_MS = 9_000;

beforeEach(useRealClients);

/** A server that accepts every request. It never answers the first one, only begins to answer the second, and so on. */
async function hangingServer() {
  let requests = 0;
  const url = await serve((_, response) => {
    requests += 1;
    if (requests % 2 === 0) response.writeHead(200, { 'content-length': 100 }).write('{');
  });
  return { url, requests: () => requests };
}

/** What becomes of one request to such a server. */
async function fateOf({ endpoint, request }: OwnClient) {
  const server = await hangingServer();
  vi.stubEnv(endpoint, server.url);
  const failure = request().then(
    () => 'answered',
    ({ code, cause }) => `${code} because of ${cause?.name}`,
  );
  const fate = await Promise.race([failure, setTimeout(LIMIT_MS, 'waits', { ref: false })]);
  return { fate, hasRetried: server.requests() > 1 };
}

/** Every place in the functions that makes an object of the SDK's client packages, with the text that follows it. */
function clientsMade(): { readonly name: string; readonly rest: string }[] {
  return globSync('functions/**/*.ts', { cwd: root }).flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const imported = [
      ...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/(?:client|lib)-[^']*'/g),
    ].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
    return [...source.matchAll(/\bnew (\w+)\(/g)]
      .filter(([, type = '']) => imported.includes(type) && !/(?:Command|Exception)$/.test(type))
      .map(({ 0: made, 1: type, index }) => ({
        name: `${type} in ${file}`,
        rest: source.slice(index + made.length),
      }));
  });
}

describe('each client of the SDK', () => {
  it('gives up on a server that never answers, or never ends its answer', async () => {
    const fates = await Promise.all(
      Object.entries(CLIENTS).map(async ([name, client]) => [name, await fateOf(client)]),
    );
    const givenUp = { fate: 'unavailable because of TimeoutError', hasRetried: true };
    expect(Object.fromEntries(fates)).toEqual(
      Object.fromEntries(Object.keys(CLIENTS).map((name) => [name, givenUp])),
    );
  });

  it('is among those that are tried here', () => {
    expect(
      clientsMade()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(CLIENTS).sort());
  });

  it('is made with `patience`', () => {
    const isPatient = ({ rest }: { rest: string }) =>
      /^\{\s*(?:\w+: [^,{}]*,\s*)*requestHandler: patience\(/.test(rest);
    expect(
      clientsMade()
        .filter((client) => !isPatient(client))
        .map(({ name }) => name),
    ).toEqual([]);
  });
});
