import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { membersOf, peerIn } from '../core/conversations/conversation-id.ts';
import { type LastMessage, preview } from '../core/inbox/inbox.ts';
import type { ConversationDetails, InboxReader, Peer, Place } from '../core/inbox/ports.ts';
import { effectiveMarks, type Marks } from '../core/marks/mark.ts';
import { batchGet } from './batch-get.ts';
import { conversationKey, membershipKey, PLACE_PREFIX, placeKey, userPartition } from './keys.ts';
import { messageStore } from './messages.ts';
import type { Table } from './table.ts';

/** Sorts behind every time and conversation. */
const END = `${PLACE_PREFIX}~`;

/** The inboxes: a Query for the places of a page, a BatchGetItem for what is shown of them. Eventually consistent. */
export function inboxReader(table: Table): InboxReader {
  const { client, name } = table;

  async function query(userId: string, [low, high]: [string, string], more: Partial<QueryCommandInput>) {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':pk': userPartition(userId), ':low': low, ':high': high },
        ...more,
      }),
    );
    return Items.map(({ sk }): string => sk);
  }

  const log = messageStore(table);

  /** Where the stream's function died between the place and the note, or has yet to get there, the log itself tells. */
  async function withLast(details: ConversationDetails, conversation: string): Promise<ConversationDetails> {
    if (details.last || details.topAt === undefined) return details;
    const last = await log.last(conversation);
    return last ? { ...details, last: toLast({ ...last, text: preview(last.text) }) } : details;
  }

  return {
    async places(userId, { limit, before }) {
      const high = before ? placeKey(userId, before.topAt, before.conversation).sk : END;
      // BETWEEN includes its ends: the place named by `before` comes first, and is dropped.
      const found = await query(userId, [PLACE_PREFIX, high], {
        ScanIndexForward: false,
        Limit: before ? limit + 1 : limit,
      });
      return found
        .filter((sk) => !before || sk !== high)
        .slice(0, limit)
        .map(toPlace);
    },

    placesSince: async (userId, since, limit) =>
      (await query(userId, [`${PLACE_PREFIX}${since}`, END], { Limit: limit })).map(toPlace),

    async details(userId, conversations) {
      const items = await batchGet(
        table,
        conversations.flatMap((conversation) => [
          membershipKey(userId, conversation),
          membershipKey(peerIn(conversation, userId), conversation),
          conversationKey(conversation),
        ]),
        { consistent: false },
      );
      const details = conversations.map((conversation, i) =>
        toDetails(userId, conversation, items.slice(3 * i, 3 * i + 3)),
      );
      return Promise.all(details.map((one, i) => withLast(one, conversations[i] as string)));
    },
  };
}

/** `INBOX#<topAt>#<conversation>` */
export function toPlace(sk: string): Place {
  const [, topAt = '', conversation = ''] = sk.split('#');
  return { topAt, conversation };
}

interface MembershipItem {
  readonly topAt?: string;
  readonly peer?: Peer;
  readonly readSeq?: number;
  readonly receivedSeq?: number;
}

interface ConversationItem extends LastMessage {
  /** Each member's last own `seq`, in the order of the conversation's id. */
  readonly sent0?: number;
  readonly sent1?: number;
}

function toDetails(
  userId: string,
  conversation: string,
  [own, peers, meta]: readonly (object | undefined)[],
): ConversationDetails {
  const { topAt, peer } = (own ?? {}) as MembershipItem;
  const { sent0 = 0, sent1 = 0, ...last } = (meta ?? {}) as ConversationItem;
  const isFirst = membersOf(conversation)?.[0] === userId;
  return {
    topAt,
    peer,
    own: marksOf(own, isFirst ? sent0 : sent1),
    peers: marksOf(peers, isFirst ? sent1 : sent0),
    last: meta && toLast(last),
  };
}

function marksOf(item: MembershipItem | undefined, sent: number): Marks {
  return effectiveMarks({ read: item?.readSeq ?? 0, received: item?.receivedSeq ?? 0 }, sent);
}

function toLast({ seq, id, senderId, text, createdAt }: LastMessage): LastMessage {
  return { seq, id, senderId, text, createdAt };
}
