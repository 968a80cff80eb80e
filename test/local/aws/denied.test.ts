import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { accessControl } from '../../../local/aws/access-control.ts';
import { accessKeys } from '../../../local/aws/access-keys.ts';
import { awsEndpoints, guardConnections } from '../../../local/aws/endpoints.ts';
import { secretValues } from '../../../local/aws/secret-values.ts';
import { secretsManager } from '../../../local/aws/secrets-manager.ts';
import { type TableProxy, tableProxy } from '../../../local/aws/table-proxy.ts';
import type { FunctionSpec, Permission } from '../../../local/model.ts';
import { clientOf, engineWithTable, serve, tableSpec } from './engine.ts';

const TableName = tableSpec.name;
const tableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
const secretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-abc123';
const connectionsArn = 'arn:aws:execute-api:us-east-1:000000000000:api1/ws/POST/@connections/*';

const spec = (name: string, ...permissions: Permission[]): FunctionSpec => ({
  name,
  codeFolder: '',
  handler: '',
  memoryMb: 512,
  timeoutSeconds: 10,
  environment: {},
  permissions,
});

const functions = [
  spec(
    'trusted',
    { actions: ['dynamodb:PutItem'], resources: [tableArn], leadingKeys: ['USER#*', 'NAME#*'] },
    { actions: ['dynamodb:Query'], resources: [tableArn], leadingKeys: ['CONV#*'] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [secretArn], leadingKeys: undefined },
    { actions: ['execute-api:ManageConnections'], resources: [connectionsArn], leadingKeys: undefined },
  ),
  spec('idle'),
];

describe('a function', () => {
  const lines: string[] = [];
  const access = accessControl(functions, (name, line) => lines.push(`[${name}] ${line}`));
  const table = engineWithTable();
  let proxy: TableProxy | undefined;
  const secrets = secretValues(undefined);
  secrets.generate([{ arn: secretArn, length: 32, excludePunctuation: true }]);
  const reached: string[] = [];
  const connections = guardConnections(
    (request, response) => {
      reached.push(`${request.method} ${request.url}`);
      response.writeHead(200).end();
    },
    'api1',
    access,
  );
  const keys = accessKeys();
  const request = awsEndpoints(keys, {
    dynamodb: (...call) => {
      const { partitionKey, sortKey } = tableSpec;
      const { endpoint } = table().engine;
      proxy ??= tableProxy({ endpoint, partitionKey, sortKey, access, onRequest() {}, onWrite() {} });
      return proxy(...call);
    },
    secretsManager: secretsManager(secrets, access),
    connections,
    mail: () => {},
  });
  const endpoint = serve((...call) => void request(...call));
  beforeEach(() => {
    lines.length = 0;
    reached.length = 0;
  });
  const dynamodb = (name = 'trusted') => new DynamoDBClient(clientOf(endpoint(), keys.of(name)));
  const item = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
  const query = (pk: string) =>
    new QueryCommand({
      TableName,
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: { ':pk': { S: pk } },
    });

  it('can make the requests that its role allows', async () => {
    await dynamodb().send(new PutItemCommand({ TableName, Item: item('USER#1') }));
    await dynamodb().send(query('CONV#1'));
    await dynamodb().send(
      new TransactWriteItemsCommand({
        TransactItems: ['USER#2', 'NAME#2'].map((pk) => ({ Put: { TableName, Item: item(pk) } })),
      }),
    );
    expect(lines).toEqual([]);
  });

  it('gets an AccessDeniedException from DynamoDB for other requests, and the log names the action', async () => {
    const error = await dynamodb()
      .send(query('EMAIL#a@example.com'))
      .catch((one) => one);
    expect([error.name, error.$metadata.httpStatusCode, error.message]).toEqual([
      'AccessDeniedException',
      400,
      `User: arn:aws:sts::000000000000:assumed-role/local/trusted is not authorized to perform: dynamodb:Query on resource: ${tableArn} because no identity-based policy allows the dynamodb:Query action`,
    ]);
    expect(lines).toEqual([
      `[trusted] ERROR the function's role does not allow dynamodb:Query on ${tableArn}, partition key "EMAIL#a@example.com"`,
    ]);
  });

  it('writes nothing with a transaction if its role does not allow one of the items', async () => {
    const TransactItems = ['USER#3', 'CONV#3'].map((pk) => ({ Put: { TableName, Item: item(pk) } }));
    await expect(dynamodb().send(new TransactWriteItemsCommand({ TransactItems }))).rejects.toThrow(
      'dynamodb:PutItem',
    );
    const { Item } = await dynamodb('a tool').send(new GetItemCommand({ TableName, Key: item('USER#3') }));
    expect(Item).toBeUndefined();
  });

  it.each([
    ['GetItem', new GetItemCommand({ TableName, Key: item('USER#1') })],
    ['Scan', new ScanCommand({ TableName })],
    ['BatchGetItem', new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [item('USER#1')] } } })],
    ['Query', query('USER#1')],
  ])('is denied %s if its role allows other actions only', async (operation, command) => {
    await expect(dynamodb().send(command as ScanCommand)).rejects.toThrow(`perform: dynamodb:${operation}`);
  });

  it('is denied a secret that its role does not allow, even if the secret does not exist', async () => {
    const get = (name: string, SecretId: string) =>
      new SecretsManagerClient(clientOf(endpoint(), keys.of(name))).send(
        new GetSecretValueCommand({ SecretId }),
      );
    expect((await get('trusted', secretArn)).SecretString).toHaveLength(32);
    const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
    await expect(get('idle', secretArn)).rejects.toMatchObject(denied);
    await expect(get('trusted', 'another')).rejects.toMatchObject(denied);
    expect(lines[0]).toBe(
      `[idle] ERROR the function's role does not allow secretsmanager:GetSecretValue on ${secretArn}`,
    );
  });

  it('can use @connections only with the methods, API and stage in its role', async () => {
    const call = (name: string, command: object, stage = 'ws') =>
      new ApiGatewayManagementApiClient(clientOf(`${endpoint()}/${stage}`, keys.of(name))).send(
        command as PostToConnectionCommand,
      );
    const post = new PostToConnectionCommand({ ConnectionId: 'abc=', Data: 'x' });
    const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } };
    await call('trusted', post);
    await expect(call('idle', post)).rejects.toMatchObject(denied);
    await expect(call('trusted', post, 'other')).rejects.toMatchObject(denied);
    for (const command of [DeleteConnectionCommand, GetConnectionCommand]) {
      await expect(call('trusted', new command({ ConnectionId: 'abc=' }))).rejects.toMatchObject(denied);
    }
    expect(reached).toEqual(['POST /ws/@connections/abc%3D']);
  });

  it('has its new permissions after a reload', async () => {
    const other = accessControl(functions, () => {});
    const put = [{ action: 'dynamodb:PutItem', resource: tableArn, leadingKeys: ['USER#1'] }];
    expect(other.refusal('trusted', put)).toBeUndefined();
    other.reload([spec('trusted')]);
    expect(other.refusal('trusted', put)).toMatch('not authorized to perform: dynamodb:PutItem');
  });

  it('has fewer permissions than a tool of the developer, which may do everything', async () => {
    await dynamodb('a tool').send(new ScanCommand({ TableName }));
    await expect(dynamodb('idle').send(new ScanCommand({ TableName }))).rejects.toThrow('assumed-role');
  });
});
