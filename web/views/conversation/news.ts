import type { Message } from '@parley/client';
import { wordsOfMessage } from '../../state/refusals.ts';
import { texts } from '../../texts.ts';

const said = texts.conversation;

/** More at once than this is told as a number: reading out a day's talk helps nobody. */
const MOST_READ_OUT = 3;

/** What to say, to who listens, of each change: what the other one wrote, and what of one's own was refused. */
export function createNews(first: readonly Message[]) {
  let told = lastOf(first);
  let refused = refusedOf(first);

  return (messages: readonly Message[], username: string): string => {
    const came = newer(messages, told).filter(({ isOwn }) => !isOwn);
    const failed = refusedOf(messages);
    const reasons = [...failed].filter(([key]) => !refused.has(key)).map(([, words]) => words);
    told = Math.max(told, lastOf(messages));
    refused = failed;
    const heard =
      came.length > MOST_READ_OUT
        ? [said.news(came.length)]
        : came.map(({ text }) => said.said(username, text));
    return [...reasons, ...heard].join(' ');
  };
}

function lastOf(messages: readonly Message[]): number {
  return messages.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
}

/** From the end: there may be thousands before them. */
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

function refusedOf(messages: readonly Message[]): ReadonlyMap<string, string> {
  const failed = new Map<string, string>();
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const { key, seq, reason } = messages[at] as Message;
    // Behind the log alone is what is not stored.
    if (seq !== undefined) break;
    if (reason) failed.set(key, `${said.states.failed}: ${wordsOfMessage(reason)}`);
  }
  return failed;
}
