import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { isGroupId, pairFor, peerIn } from '../core/conversations/conversation.ts';
import type { Role } from '../core/conversations/rights.ts';
import { conversationById } from '../core/conversations/roster.ts';
import {
  type ConversationDetails,
  type InboxPosition,
  type InboxReader,
  type LastMessage,
  type Peer,
  type Summary,
  toLast,
} from '../core/inbox/inbox.ts';
import type { ByMember } from '../core/messages/message.ts';
import { further, NOTHING_READ, type Progress, type ReadReceipt } from '../core/receipts/receipt.ts';
import { INBOX_PREFIX, inboxPositionKey, membershipKey, summaryKey, userPartition } from './keys.ts';
import { type Item, mapMembers } from './log-entry.ts';
import { messageStore } from './messages.ts';
import { rosterReader } from './rosters.ts';
import { batchGet, type Table } from './table.ts';

/** Sorts behind every time and conversation. */
const END = `${INBOX_PREFIX}~`;

/** The inboxes: one Query reads the positions of a page, one BatchGetItem what is shown of them. Eventually consistent. */
export function inboxReader(table: Table): InboxReader {
  const { client, name } = table;
  const log = messageStore(table);
  const rosters = rosterReader(table);

  /** The largest page has some 16 KB. DynamoDB ends a Query only at 1 MB, so one is enough: see one-query.test.ts. */
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

  /** If the stream's function crashed before the summary, or has yet to write it, the log itself tells the last message. */
  async function withLast(details: ConversationDetails, id: string): Promise<ConversationDetails> {
    if (details.last || details.topAt === undefined) return details;
    const conversation = await conversationById(rosters, id);
    const last = conversation && (await log.last(conversation));
    return last ? { ...details, last: toLast(last) } : details;
  }

  return {
    async positions(userId, { limit, before }) {
      const high = before ? inboxPositionKey(userId, before.topAt, before.conversation).sk : END;
      // BETWEEN includes its ends: the position `before` comes first, and is dropped.
      const found = await query(userId, [INBOX_PREFIX, high], {
        ScanIndexForward: false,
        Limit: before ? limit + 1 : limit,
      });
      return found
        .filter((sk) => !before || sk !== high)
        .slice(0, limit)
        .map(toInboxPosition);
    },

    positionsSince: async (userId, since, limit) =>
      (await query(userId, [`${INBOX_PREFIX}${since}`, END], { Limit: limit })).map(toInboxPosition),

    async details(userId, conversations) {
      const pairs = conversations.map((id) => (isGroupId(id) ? undefined : pairFor(id, userId)));
      const keys = conversations.map((id, i) => [
        membershipKey(userId, id),
        summaryKey(id),
        ...(pairs[i] ? [membershipKey(peerIn(pairs[i]), id)] : []),
      ]);
      const items = [...(await batchGet(table, keys.flat(), { consistent: false }))];
      const details = pairs.map((pair, i) => {
        const found = items.splice(0, keys[i]?.length ?? 0);
        return pair ? pairDetails(pair.self, found) : groupDetails(found);
      });
      return Promise.all(details.map((one, i) => withLast(one, conversations[i] as string)));
    },
  };
}

/** `INBOX#<topAt>#<conversation>` */
export function toInboxPosition(sk: string): InboxPosition {
  const [, topAt = '', conversation = ''] = sk.split('#');
  return { topAt, conversation };
}

interface MembershipItem {
  readonly topAt?: string;
  readonly peer?: Peer;
  /** Of a group: the member's number, their role, and the first message that they may see. */
  readonly number?: number;
  readonly role?: Role;
  readonly from?: number;
  readonly readSeq?: number;
  readonly readOthers?: number;
  readonly receivedSeq?: number;
  readonly frozenSeq?: number;
}

function pairDetails(
  self: number,
  [own, summaryItem, peers]: readonly (Item | undefined)[],
): ConversationDetails {
  const { topAt, peer } = (own ?? {}) as MembershipItem;
  const { last, receipts = {} } = (summaryItem && toSummary(summaryItem)) ?? {};
  return {
    topAt,
    peer,
    own: progressOf(own, receipts[self]),
    peers: { ...progressOf(peers, receipts[1 - self]), frozen: frozenOf(peers, receipts[1 - self]) },
    last,
  };
}

/** Somebody who is in a group has a number in their membership. */
function groupDetails([own, summaryItem]: readonly (Item | undefined)[]): ConversationDetails {
  const { topAt, number, role, from = 1 } = (own ?? {}) as MembershipItem;
  const { last, receipts = {} } = (summaryItem && toSummary(summaryItem)) ?? {};
  const isMember = number !== undefined && role !== undefined;
  return {
    topAt: isMember ? topAt : undefined,
    own: progressOf(own, number === undefined ? undefined : receipts[number]),
    peers: NO_PROGRESS,
    last,
    ...(isMember && { part: { self: number, role, from } }),
    title: summaryItem?.title as string | undefined,
  };
}

const NO_PROGRESS = { received: 0, read: NOTHING_READ, frozen: 0 };

/** A member has read up to their read receipt, or up to what they had read when they last wrote: whichever is further. */
function progressOf(item: MembershipItem | undefined, written = NOTHING_READ): Progress {
  const { readSeq = 0, readOthers = 0, receivedSeq = 0 } = item ?? {};
  return { received: receivedSeq, read: further({ seq: readSeq, others: readOthers }, written) };
}

/** What the peer had read when they last wrote is in that message for everybody to see, and no message came since the block. */
function frozenOf({ frozenSeq = 0 }: MembershipItem = {}, written = NOTHING_READ): number {
  return Math.max(frozenSeq, written.seq);
}

type StoredReceipt = readonly [seq: number, others: number];

/** Undefined before the first message is summarized: the title of a group comes earlier. */
export function toSummary(item: Item): Summary | undefined {
  if (item.seq === undefined) return undefined;
  const receipts = (item.receipts ?? {}) as ByMember<StoredReceipt>;
  return {
    last: readLast(item as unknown as LastMessage),
    receipts: mapMembers(receipts, ([seq, others]): ReadReceipt => ({ seq, others })),
  };
}

export function fromSummary({ last, receipts }: Summary): Item {
  return { ...last, receipts: mapMembers(receipts, ({ seq, others }): StoredReceipt => [seq, others]) };
}

function readLast(item: LastMessage): LastMessage {
  const { seq, id, senderId, text, createdAt, changed, event, counts = {}, events } = item;
  return {
    seq,
    id,
    senderId,
    text,
    createdAt,
    ...(changed && { changed }),
    ...(event && { event }),
    counts,
    ...(events !== undefined && { events }),
  };
}
