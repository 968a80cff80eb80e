import type { Message } from '@parley/client';
import { isRefused, reactionRefusalTexts, refusalText } from '../../state/error-texts.ts';
import { texts } from '../../texts.ts';
import { eventText } from './event-texts.ts';
import type { Names } from './names.ts';

const words = texts.conversation;

/** If more messages come at once, only their number is announced. */
const MAX_READ_OUT = 3;

/**
 * Finds the text for screen readers after each change: new messages of others, what happens to a group, and refusals of own messages,
 * changes and reactions. A message is new once: an edit does not announce it again.
 */
export function createAnnouncements(first: readonly Message[]) {
  let announced = lastOf(first);
  let refused = refusedOf(first);

  return (messages: readonly Message[], names: Names): string => {
    const came = newer(messages, announced).filter(
      ({ isOwn, deletedAt }) => !isOwn && deletedAt === undefined,
    );
    const failed = refusedOf(messages);
    const reasons = [...failed].filter(([key]) => !refused.has(key)).map(([, text]) => text);
    announced = Math.max(announced, lastOf(messages));
    refused = failed;
    const spoken =
      came.length > MAX_READ_OUT
        ? [words.news(came.length)]
        : came.map((message) =>
            message.event
              ? eventText(message, names)
              : words.announcement(names.of(message.senderId), message.text),
          );
    return [...reasons, ...spoken].join(' ');
  };
}

function lastOf(messages: readonly Message[]): number {
  return messages.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
}

/** Searches from the end, because there may be thousands of messages. */
function newer(messages: readonly Message[], than: number): readonly Message[] {
  const found: Message[] = [];
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at] as Message;
    if (message.seq === undefined) continue;
    if (message.seq <= than) break;
    found.unshift(message);
  }
  return found;
}

/** The texts, each by itself and its message: of one message, several things may be refused. */
function refusedOf(messages: readonly Message[]): ReadonlyMap<string, string> {
  const refused = new Map<string, string>();
  for (const message of messages) {
    if (!isRefused(message)) continue;
    const text = refusalText(message);
    const own = message.state === 'failed' ? `${words.states.failed}: ${text}` : text;
    for (const one of [own, ...reactionRefusalTexts(message)]) {
      if (one) refused.set(`${message.key} ${one}`, one);
    }
  }
  return refused;
}
