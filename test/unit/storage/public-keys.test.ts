import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { publicKeys } from '../../../functions/storage/sessions.ts';
import { documents } from '../support/mocked-clients.ts';
import { sent, table } from '../support/table.ts';

const published = publicKeys(table);
const Key = { pk: 'KEYS', sk: 'JWKS' };
const keys = [{ kty: 'OKP', kid: 'a' }];

it('the public keys are one item, read strongly consistent', async () => {
  documents.on(GetCommand).resolves({ Item: { ...Key, keys } });
  expect(await published.read()).toEqual(keys);
  expect(sent()).toEqual([['GetCommand', { TableName: 'parley-test', Key, ConsistentRead: true }]]);
});

it('there are none before the first login', async () => {
  expect(await published.read()).toEqual([]);
});

it('they are written whole', async () => {
  await published.write(keys);
  expect(sent()).toEqual([['PutCommand', { TableName: 'parley-test', Item: { ...Key, keys } }]]);
});
