import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Conversation, Message } from '../../../client/index.ts';
import { announce } from '../../parts/announcer.tsx';
import { Icon } from '../../parts/icon.tsx';
import { inbox, me } from '../../state/chat.ts';
import { now } from '../../state/clock.ts';
import { useFollowed } from '../../state/follow.ts';
import { isShown } from '../../state/screen.ts';
import { dayName, locale } from '../../state/times.ts';
import { texts } from '../../texts.ts';
import { MessageRow } from './message-row.tsx';
import { OlderMessages } from './older-messages.tsx';
import { createPlace } from './place.ts';
import { rowsOf } from './rows.ts';
import { firstUnread } from './unread.ts';

const said = texts.conversation;

/** So near to the top, what is before it is loaded. */
const NEAR_TOP_PX = 600;
/** More at once than this is told as a number: reading out a day's talk helps nobody. */
const MOST_READ_OUT = 3;

interface Props {
  readonly talk: Conversation;
  readonly username: string;
  /** The `seq` before which the line “New messages” stands. */
  readonly unreadFrom: Signal<number | undefined>;
}

/** The messages of a conversation: it opens where one stopped reading, and stays where one reads. */
export function MessageList({ talk, username, unreadFrom }: Props) {
  const log = useRef<HTMLDivElement>(null);
  const place = useRef<ReturnType<typeof createPlace> | undefined>(undefined);
  const wantsOlder = useSignal(false);
  const isAtEnd = useSignal(true);
  const seen = useSignal(0);
  const sent = useRef(talk.messages.value.at(-1)?.key);
  const told = useRef<number | undefined>(undefined);
  const messages = useFollowed(talk.messages);
  const hasOlder = useFollowed(talk.hasOlder);

  /** Takes note of what is on the screen. */
  const look = () => {
    const { current: here } = place;
    if (!here || !log.current) return;
    isAtEnd.value = here.isAtEnd;
    wantsOlder.value = log.current.scrollTop < NEAR_TOP_PX;
    if (!isShown.peek()) return;
    const seq = here.lastSeen();
    if (seq === undefined) return;
    seen.value = Math.max(seen.value, seq);
    talk.markRead(seq);
  };

  useLayoutEffect(() => {
    const element = log.current as HTMLDivElement;
    const here = createPlace(element);
    place.current = here;
    const line = element.querySelector<HTMLElement>('.unread-from');
    if (line) here.show(line);
    else here.toEnd();
    look();
    const resized = new ResizeObserver(() => {
      here.settle();
      look();
    });
    resized.observe(element);
    return () => resized.disconnect();
  }, []);

  useLayoutEffect(() => {
    // Who has just sent something wants to see it.
    const newest = messages.at(-1);
    const hasSent = newest?.state === 'sending' && newest.key !== sent.current;
    if (hasSent) sent.current = newest.key;
    if (hasSent) place.current?.toEnd();
    else place.current?.settle();
    look();
    tellNews(messages, told, username);
  }, [messages, hasOlder]);

  const shown = isShown.value;
  const wasShown = useRef(shown);
  useEffect(() => {
    const isBack = shown && !wasShown.current;
    wasShown.current = shown;
    if (!isBack) return;
    // What came while nobody looked begins at the line, until it is left.
    unreadFrom.value = firstUnread(inbox.items.peek(), talk.id) ?? unreadFrom.peek();
    requestAnimationFrame(look);
  }, [shown, talk, unreadFrom]);

  const toNewest = () => {
    place.current?.toEnd();
    look();
    log.current?.focus();
  };

  const news = messages.filter(({ seq, isOwn }) => !isOwn && seq !== undefined && seq > seen.value).length;
  return (
    <div class="log-frame">
      {/* What is new is announced elsewhere: this log would read out all of the history that is loaded into it. */}
      <div
        ref={log}
        class="log"
        role="log"
        aria-live="off"
        aria-label={said.log(username)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys (WCAG 2.1.1).
        tabIndex={0}
        onScroll={() => {
          place.current?.note();
          look();
        }}
      >
        {hasOlder && <OlderMessages talk={talk} isWanted={wantsOlder} />}
        {messages.length === 0 && <p class="nothing">{said.empty(username)}</p>}
        <ul>
          {rowsOf(messages, unreadFrom.value).map((row) => {
            if (row.kind === 'day') {
              return (
                <li key={row.key} class="day">
                  <span lang={locale}>{dayName(row.at, now.value)}</span>
                </li>
              );
            }
            if (row.kind === 'unread') {
              return (
                <li key={row.key} class="unread-from">
                  <span>{said.unread}</span>
                </li>
              );
            }
            const sender = row.message.isOwn ? said.own : username;
            return <MessageRow key={row.key} row={row} sender={sender} talk={talk} />;
          })}
        </ul>
      </div>
      {!isAtEnd.value && (
        <button type="button" class="to-newest" onClick={toNewest}>
          <Icon name="down" />
          <span class={news > 0 ? '' : 'unseen'}>{news > 0 ? said.news(news) : said.newest}</span>
        </button>
      )}
    </div>
  );
}

/** Says the other one's new messages to who listens. */
function tellNews(
  messages: readonly Message[],
  told: { current: number | undefined },
  username: string,
): void {
  const last = messages.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
  const from = told.current ?? last;
  told.current = Math.max(from, last);
  const news: Message[] = [];
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at] as Message;
    if (message.seq !== undefined && message.seq <= from) break;
    if (message.seq !== undefined && message.senderId !== me.peek()?.id) news.unshift(message);
  }
  if (news.length > MOST_READ_OUT) announce(said.news(news.length));
  else if (news.length > 0) announce(news.map(({ text }) => said.said(username, text)).join(' '));
}
