import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { About, AboutReader } from '../core/conversations/roster.ts';
import { aboutKey } from './keys.ts';
import type { Table, TransactItem } from './table.ts';

/** What groups say of themselves: an item beside the roster, which every message reads. */
export function aboutReader({ client, name }: Table): AboutReader {
  return {
    async about(id) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: aboutKey(id), ConsistentRead: true }),
      );
      return { description: Item?.description ?? '', picture: Item?.picture ?? '' };
    },
  };
}

/** Writes it as a part of the change of a roster. */
export function aboutWrite(TableName: string, id: string, { description, picture }: About): TransactItem {
  const said = { ...(description && { description }), ...(picture && { picture }) };
  return { Put: { TableName, Item: { ...aboutKey(id), ...said } } };
}
