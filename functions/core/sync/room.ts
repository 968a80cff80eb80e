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

/** JSON of a message beside its text, at most. */
const MESSAGE_BYTES = 500;

/** What a page of `sync` still has room for. */
export interface Room {
  readonly messages: number;
  readonly bytes: number;
  readonly readBytes: number;
  readonly beside: number;
}

/** @param taken bytes of the page that are taken already */
export function roomBeside(taken: number): Room {
  return {
    messages: PAGE_MESSAGES,
    bytes: PAGE_BYTES - taken,
    readBytes: READ_BYTES,
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

/** What is left behind the read that tells the members of a conversation. A pair needs none. */
export function roomAfterOpening(room: Room, { kind }: Conversation): Room {
  return kind === 'pair' ? room : { ...room, readBytes: room.readBytes - ROSTER_BYTES };
}

/** What is left when so many of the gathered messages are on the page. */
export function roomAfter(room: Room, { bytes, readBytes }: Gathered, shown: number): Room {
  return { ...room, messages: room.messages - shown, bytes, readBytes };
}
