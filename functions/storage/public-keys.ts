import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { PublicKey, PublicKeyReader, PublicKeyWriter } from '../core/sessions/ports.ts';
import { PUBLIC_KEYS_KEY } from './keys.ts';
import type { Table } from './table.ts';

export function publicKeys({ client, name }: Table): PublicKeyReader & PublicKeyWriter {
  return {
    async read() {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: PUBLIC_KEYS_KEY, ConsistentRead: true }),
      );
      return (Item?.keys as PublicKey[] | undefined) ?? [];
    },
    async write(keys) {
      await client.send(new PutCommand({ TableName: name, Item: { ...PUBLIC_KEYS_KEY, keys } }));
    },
  };
}
