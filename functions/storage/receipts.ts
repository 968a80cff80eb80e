import { GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { isGroupId } from '../core/conversations/conversation.ts';
import type { ReceiptStore } from '../core/receipts/receipt.ts';
import { membershipKey } from './keys.ts';
import { isWritten, type Table } from './table.ts';

/** The membership of a group begins when somebody joins it. One that has ended does not come back. */
const existing = (conversation: string): string =>
  isGroupId(conversation) ? 'attribute_exists(pk) AND ' : '';

/** The receipts of each member, in their membership item. Conditions keep them from moving backwards. */
export function receiptStore({ client, name }: Table): ReceiptStore {
  const moves = (
    update: Omit<UpdateCommandInput, 'TableName'>,
    isOwn: Parameters<typeof isWritten>[1],
  ): Promise<boolean> =>
    isWritten(
      client.send(
        new UpdateCommand({ TableName: name, ReturnValuesOnConditionCheckFailure: 'ALL_OLD', ...update }),
      ),
      isOwn,
    );

  return {
    async of(userId, conversation) {
      const Key = membershipKey(userId, conversation);
      const { Item } = await client.send(new GetCommand({ TableName: name, Key }));
      const receivedAt = Item?.receivedAt === undefined ? undefined : new Date(Item.receivedAt);
      return { read: Item?.readSeq ?? 0, received: Item?.receivedSeq ?? 0, receivedAt };
    },

    moveRead: (userId, conversation, { seq, others, alls }) =>
      moves(
        {
          Key: membershipKey(userId, conversation),
          UpdateExpression: `SET readSeq = :seq, readOthers = :others${alls === undefined ? '' : ', readAlls = :alls'} REMOVE unread`,
          ConditionExpression: `${existing(conversation)}(attribute_not_exists(readSeq) OR readSeq < :seq)`,
          ExpressionAttributeValues: {
            ...{ ':seq': seq, ':others': others },
            ...(alls !== undefined && { ':alls': alls }),
          },
        },
        (stored) => stored?.readSeq?.N === String(seq),
      ),

    moveReceived: (userId, conversation, seq, now, everyMs) =>
      moves(
        {
          Key: membershipKey(userId, conversation),
          UpdateExpression: 'SET receivedSeq = :seq, receivedAt = :now',
          // Both attributes are written together. Another device may have written them since they were read.
          ConditionExpression: `${existing(conversation)}(attribute_not_exists(receivedSeq) OR receivedSeq < :seq AND receivedAt <= :due)`,
          ExpressionAttributeValues: {
            ':seq': seq,
            ':now': now.toISOString(),
            ':due': new Date(now.getTime() - everyMs).toISOString(),
          },
        },
        (stored) => stored?.receivedSeq?.N === String(seq) && stored.receivedAt?.S === now.toISOString(),
      ),
  };
}
