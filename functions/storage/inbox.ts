import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import {
  type Conversation,
  isGroupId,
  type OwnConversation,
  pairFor,
  peerIn,
} from '../core/conversations/conversation.ts';
import type { Role } from '../core/conversations/rights.ts';
import { MAX_GROUPS } from '../core/conversations/roster.ts';
import {
  type ConversationDetails,
  type InboxPosition,
  type InboxReader,
  type Joining,
  type LastMessage,
  type Peer,
  type Summary,
  toLast,
} from '../core/inbox/inbox.ts';
import type { ByMember } from '../core/messages/message.ts';
import { further, NOTHING_READ, type Progress, type ReadReceipt } from '../core/receipts/receipt.ts';
import { formsIn } from './by-member.ts';
import {
  conversationOf,
  GROUP_MEMBERSHIP_PREFIX,
  INBOX_PREFIX,
  inboxPositionKey,
  membershipKey,
  summaryKey,
  userPartition,
} from './keys.ts';
import type { Item } from './log-entry.ts';
import { messageStore } from './messages.ts';
import { unpackNumbers } from './packed-numbers.ts';
import { toSettings } from './settings.ts';
import { batchGet, type Table } from './table.ts';

/** Sorts behind every time and conversation. */
const END = `${INBOX_PREFIX}~`;

/** More would slip in only if others added a user at the same moment. */
const MOST_GROUPS = 2 * MAX_GROUPS;

/**
 * The inboxes. Of pairs, one Query reads the positions of a page, and one BatchGetItem what is shown of them. Of groups, one Query reads
 * the memberships, and one BatchGetItem the summaries: half an RRU a group. Eventually consistent.
 */
export function inboxReader(table: Table): InboxReader {
  const { client, name } = table;
  const log = messageStore(table);

  /** The largest page has some 16 KB. DynamoDB ends a Query only at 1 MB, so one is enough: see one-query.test.ts. */
  async function query(
    userId: string,
    [low, high]: [string, string],
    more: Partial<QueryCommandInput>,
  ): Promise<readonly Item[]> {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':pk': userPartition(userId), ':low': low, ':high': high },
        ...more,
      }),
    );
    return Items;
  }

  /** If the stream's function crashed before the summary, or has yet to write it, the log itself tells the last message. */
  async function withLast(details: ConversationDetails, pair: OwnConversation): Promise<ConversationDetails> {
    if (details.last || details.topAt === undefined) return details;
    const last = await log.last(pair);
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
        .filter(({ sk }) => !before || sk !== high)
        .slice(0, limit)
        .map(toInboxPosition);
    },

    positionsSince: async (userId, since, limit) =>
      (await query(userId, [`${INBOX_PREFIX}${since}`, END], { Limit: limit })).map(toInboxPosition),

    async groups(userId) {
      const range: [string, string] = [GROUP_MEMBERSHIP_PREFIX, `${GROUP_MEMBERSHIP_PREFIX}~`];
      const memberships = await query(userId, range, { Limit: MOST_GROUPS });
      const ids = memberships.map(({ sk }) => conversationOf(sk as string));
      const summaries = await batchGet(table, ids.map(summaryKey), { consistent: false });
      return new Map(ids.map((id, i) => [id, groupDetails(memberships[i], summaries[i])]));
    },

    async details(userId, conversations) {
      const pairs = conversations.map((id) => (isGroupId(id) ? undefined : pairFor(id, userId)));
      const keys = conversations.map((id, i) => [
        membershipKey(userId, id),
        summaryKey(id),
        ...(pairs[i] ? [membershipKey(peerIn(pairs[i]), id)] : []),
      ]);
      const items = [...(await batchGet(table, keys.flat(), { consistent: false }))];
      const details = pairs.map((pair, i) => {
        const [own, summary, peers] = items.splice(0, keys[i]?.length ?? 0);
        return pair
          ? withLast(pairDetails(pair.self, own, summary, peers), pair)
          : groupDetails(own, summary);
      });
      return Promise.all(details);
    },
  };
}

/** `INBOX#<topAt>#<conversation>` */
export function toInboxPosition({ sk }: Item): InboxPosition {
  const [, topAt = '', conversation = ''] = (sk as string).split('#');
  return { topAt, conversation };
}

interface MembershipItem {
  readonly topAt?: string;
  readonly peer?: Peer;
  /** Of a group: the member's number, their role, and the first message that they may see. */
  readonly number?: number;
  readonly role?: Role;
  readonly from?: number;
  readonly joined?: Joining;
  readonly readSeq?: number;
  readonly readOthers?: number;
  readonly readAlls?: number;
  /** Of a group: where the member is mentioned by name. */
  readonly mentions?: Uint8Array;
  readonly receivedSeq?: number;
  readonly frozenSeq?: number;
}

function pairDetails(
  self: number,
  own: Item | undefined,
  summary: Item | undefined,
  peers: Item | undefined,
): ConversationDetails {
  const { topAt, peer } = (own ?? {}) as MembershipItem;
  const { last, receipts = {} } = (summary && toSummary({ kind: 'pair' }, summary)) ?? {};
  return {
    topAt,
    peer,
    settings: toSettings(own),
    own: progressOf(own, receipts[self]),
    peers: { ...progressOf(peers, receipts[1 - self]), frozen: frozenOf(peers, receipts[1 - self]) },
    last,
  };
}

/** Somebody who is in a group has a number in their membership. */
function groupDetails(own: Item | undefined, summary: Item | undefined): ConversationDetails {
  const { number, role, from = 1, joined, mentions } = (own ?? {}) as MembershipItem;
  const { last, receipts = {} } = (summary && toSummary({ kind: 'group' }, summary)) ?? {};
  const isMember = number !== undefined && role !== undefined;
  return {
    topAt: isMember ? last?.createdAt : undefined,
    settings: toSettings(own),
    own: progressOf(own, number === undefined ? undefined : receipts[number]),
    peers: NO_PROGRESS,
    last,
    ...(isMember && { part: { self: number, role, from }, joined }),
    ...(mentions && { noted: unpackNumbers(mentions) }),
    title: summary?.title as string | undefined,
  };
}

const NO_PROGRESS = { received: 0, read: NOTHING_READ, frozen: 0 };

/** A member has read up to their read receipt, or up to what they had read when they last wrote: whichever is further. */
function progressOf(item: MembershipItem | undefined, written = NOTHING_READ): Progress {
  const { readSeq = 0, readOthers = 0, readAlls, receivedSeq = 0 } = item ?? {};
  const read = { seq: readSeq, others: readOthers, ...(readAlls !== undefined && { alls: readAlls }) };
  return { received: receivedSeq, read: further(read, written) };
}

/** What the peer had read when they last wrote is in that message for everybody to see, and no message came since the block. */
function frozenOf({ frozenSeq = 0 }: MembershipItem = {}, written = NOTHING_READ): number {
  return Math.max(frozenSeq, written.seq);
}

type Kind = Pick<Conversation, 'kind'>;

/** Undefined before the first message is summarized. */
export function toSummary(conversation: Kind, item: Item): Summary | undefined {
  if (item.seq === undefined) return undefined;
  const forms = formsIn(conversation);
  const last = item as unknown as LastMessage;
  const alls = item.alls === undefined ? undefined : forms.counts.read(item.alls);
  return {
    last: readLast({ ...last, counts: forms.counts.read(item.counts), alls }),
    receipts: withAlls(forms.receipts.read(item.receipts), forms.counts.read(item.readAlls)),
  };
}

export function fromSummary(conversation: Kind, { last, receipts }: Summary): Item {
  const forms = formsIn(conversation);
  const readAlls = allsIn(receipts);
  return {
    ...last,
    counts: forms.counts.store(last.counts),
    ...(last.alls && { alls: forms.counts.store(last.alls) }),
    receipts: forms.receipts.store(receipts),
    ...(Object.keys(readAlls).length > 0 && { readAlls: forms.counts.store(readAlls) }),
  };
}

/** How many messages that mention all were among those read. They are stored beside the receipts: few conversations have any. */
function allsIn(receipts: ByMember<ReadReceipt>): ByMember<number> {
  return Object.fromEntries(
    Object.entries(receipts).flatMap(([number, { alls }]) => (alls === undefined ? [] : [[number, alls]])),
  );
}

function withAlls(receipts: ByMember<ReadReceipt>, alls: ByMember<number>): ByMember<ReadReceipt> {
  const read = Object.entries(receipts).map(([number, receipt]) => {
    const ofMember = alls[Number(number)];
    return [number, ofMember === undefined ? receipt : { ...receipt, alls: ofMember }] as const;
  });
  return Object.fromEntries(read);
}

function readLast(item: LastMessage): LastMessage {
  const { seq, id, senderId, text, createdAt, changed, event, counts, alls, events } = item;
  return {
    seq,
    id,
    senderId,
    text,
    createdAt,
    ...(changed && { changed }),
    ...(event && { event }),
    counts,
    ...(alls && { alls }),
    ...(events !== undefined && { events }),
  };
}
