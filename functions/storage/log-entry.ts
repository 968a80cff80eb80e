import { membersOf } from '../core/conversations/conversation-id.ts';
import type { LogEntry } from '../core/messages/message.ts';
import type { Pace, Paces } from '../core/messages/pace.ts';
import { conversationPartition, MESSAGE_PREFIX, messageKey } from './keys.ts';

type Item = Record<string, unknown>;

/** `[since, count]` of each member, in the order of the conversation's id: its user ids would take 80 bytes more. */
type PaceList = readonly (readonly [since: number, count: number] | null)[];

/** A message as an item. Conversation and `seq` are in the key; stored twice they would only cost bytes. */
export function fromLogEntry({ conversation, seq, paces, recent, ...message }: LogEntry): Item {
  return { ...messageKey(conversation, seq), ...message, paces: toList(conversation, paces), recent };
}

export function toLogEntry(item: Item): LogEntry {
  const { id, senderId, text, clientId, createdAt, recent } = item as unknown as LogEntry;
  const conversation = (item.pk as string).slice(conversationPartition('').length);
  return {
    id,
    conversation,
    seq: Number((item.sk as string).slice(MESSAGE_PREFIX.length)),
    senderId,
    text,
    ...(clientId !== undefined && { clientId }),
    createdAt,
    paces: fromList(conversation, item.paces as PaceList | undefined),
    recent: recent ?? new Uint8Array(),
  };
}

function toList(conversation: string, paces: Paces): PaceList {
  return (membersOf(conversation) ?? []).map((userId) => {
    const pace = paces[userId];
    return pace ? [pace.since, pace.count] : null;
  });
}

function fromList(conversation: string, list: PaceList = []): Paces {
  const members = membersOf(conversation) ?? [];
  const entries = list.flatMap((pace, i): [string, Pace][] =>
    pace && members[i] ? [[members[i], { since: pace[0], count: pace[1] }]] : [],
  );
  return Object.fromEntries(entries);
}
