import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { peerIn } from '../core/conversations/conversation.ts';
import type { ConversationDetails, InboxReader, Peer, Place, ReadPositions } from '../core/inbox/inbox.ts';
import { type LastMessage, preview } from '../core/inbox/inbox.ts';
import { further, NOTHING_READ, type Progress } from '../core/receipts/receipt.ts';
import { conversationKey, membershipKey, PLACE_PREFIX, placeKey, userPartition } from './keys.ts';
import { type ByMember, fromList } from './log-entry.ts';
import { messageStore } from './messages.ts';
import type { Table } from './table.ts';
import { batchGet } from './table.ts';

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
    return last ? { ...details, last: toLast({ ...last, text: preview(last.text) }, last.said) } : details;
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
  readonly readOthers?: number;
  readonly receivedSeq?: number;
}

/** The note of a conversation's newest message. */
export interface ConversationItem extends Omit<LastMessage, 'said'> {
  readonly said?: ByMember<number>;
  readonly positions?: ByMember<readonly [seq: number, others: number]>;
}

function toDetails(
  userId: string,
  conversation: string,
  [own, peers, meta]: readonly (object | undefined)[],
): ConversationDetails {
  const { topAt, peer } = (own ?? {}) as MembershipItem;
  const noted = meta as ConversationItem | undefined;
  const positions = toPositions(conversation, noted);
  return {
    topAt,
    peer,
    own: progressOf(own, positions[userId]),
    peers: progressOf(peers, positions[peerIn(conversation, userId)]),
    last:
      noted &&
      toLast(
        noted,
        fromList(conversation, noted.said, (count) => count),
      ),
  };
}

/** What somebody marked as read, or had read when they wrote last: whichever is further. */
function progressOf(item: MembershipItem | undefined, written = NOTHING_READ): Progress {
  const { readSeq = 0, readOthers = 0, receivedSeq = 0 } = item ?? {};
  return { received: receivedSeq, read: further({ seq: readSeq, others: readOthers }, written) };
}

export function toPositions(conversation: string, item: ConversationItem | undefined): ReadPositions {
  return fromList(conversation, item?.positions, ([seq, others]) => ({ seq, others }));
}

type Noted = Omit<LastMessage, 'said'>;

function toLast({ seq, id, senderId, text, createdAt }: Noted, said: LastMessage['said']): LastMessage {
  return { seq, id, senderId, text, createdAt, said };
}
