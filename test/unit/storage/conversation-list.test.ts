import { describe, expect, it } from 'vitest';
import { pairId } from '../../../functions/core/conversations/conversation.ts';
import { conversationList } from '../../../functions/storage/conversation-list.ts';
import { membershipKey } from '../../../functions/storage/keys.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { id } from '../support/people.ts';
import { sent, table } from '../support/table.ts';

const conversation = (n: number) => pairId(id(1), id(n));

describe('the list of conversations', () => {
  it('is one strongly consistent query of the memberships', async () => {
    await conversationList(table).after(id(1), conversation(2), 10);
    expect(sent()).toEqual([
      [
        'QueryCommand',
        {
          TableName: 'parley-test',
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: {
            ':pk': `USER#${id(1)}`,
            ':low': `CONV#${conversation(2)}`,
            ':high': 'CONV#~',
          },
          Limit: 11,
        },
      ],
    ]);
  });

  it('is sorted by id, and goes on behind any conversation, known or not', async () => {
    const { table: memory, state } = memoryTable();
    for (const n of [5, 3, 2, 9]) {
      const key = membershipKey(id(1), conversation(n));
      state.set(key, { ...key, topAt: `${n}` });
    }
    const other = { pk: `USER#${id(1)}`, sk: 'INBOX#x' };
    state.set(other, other);
    const behind = (n: number | undefined, limit: number) =>
      conversationList(memory).after(id(1), n === undefined ? n : conversation(n), limit);
    expect(await behind(undefined, 3)).toEqual([2, 3, 5].map(conversation));
    expect(await behind(5, 3)).toEqual([conversation(9)]);
    expect(await behind(4, 1)).toEqual([conversation(5)]);
    expect(await behind(9, 3)).toEqual([]);
  });
});
