import type { Conversation } from '../conversations/conversation.ts';
import type { Gathered } from '../messages/gather.ts';

/** Messages on a page, new and changed ones together. */
const PAGE_MESSAGES = 100;
/** A page of messages and inbox entries. With the JSON around it, it fits into three units of 32 KB, which API Gateway bills. */
const PAGE_BYTES = 94_000;
/** A page reads so many bytes of the logs, and no more than one further message of each that it shows. */
const READ_BYTES = 200_000;

/** A roster has at most so many bytes: {@link MAX_NUMBERS} people of 23 bytes, and a title. */
const ROSTER_BYTES = 6_500;

/** DynamoDB bills a read of a log as 4 KB at least. What it finds is counted, too. */
const LEAST_READ_BYTES = 3_400;

/** So much less of the logs is read for each group whose summary was read, so that no page costs more for whoever is in many. */
const SUMMARY_BYTES = 1_500;

/** JSON of a message beside its text, at most. */
const MESSAGE_BYTES = 500;

/** What a page of `sync` still has room for. */
export interface Room {
  readonly messages: number;
  readonly bytes: number;
  readonly readBytes: number;
  readonly beside: number;
}

/**
 * @param taken bytes of the page that are taken already
 * @param groups whose summaries were read
 */
export function roomBeside(taken: number, groups = 0): Room {
  return {
    messages: PAGE_MESSAGES,
    bytes: PAGE_BYTES - taken,
    readBytes: READ_BYTES - groups * SUMMARY_BYTES,
    beside: MESSAGE_BYTES,
  };
}

/** The page has no message yet. It gets one at least, however large, so that every page leads further. */
export function isEmpty({ messages }: Room): boolean {
  return messages === PAGE_MESSAGES;
}

export function isFull(room: Room): boolean {
  return room.messages === 0 || (!isEmpty(room) && (room.bytes < MESSAGE_BYTES || room.readBytes <= 0));
}

/**
 * What is left behind the read that tells the members of a conversation, which a pair does not need, and behind a read of its log,
 * however little it finds.
 */
export function roomAfterOpening(room: Room, { kind }: Conversation): Room {
  return { ...room, readBytes: room.readBytes - LEAST_READ_BYTES - (kind === 'pair' ? 0 : ROSTER_BYTES) };
}

/** What is left when so many of the gathered messages are on the page. */
export function roomAfter(room: Room, { bytes, readBytes }: Gathered, shown: number): Room {
  return { ...room, messages: room.messages - shown, bytes, readBytes };
}
