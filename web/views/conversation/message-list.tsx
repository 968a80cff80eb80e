import type { Conversation } from '@parley/client';
import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { Icon } from '../../parts/icon.tsx';
import { inbox } from '../../state/chat.ts';
import { useFollowed } from '../../state/follow.ts';
import { isShown } from '../../state/screen.ts';
import { texts } from '../../texts.ts';
import { MessageRows } from './message-rows.tsx';
import { createNews } from './news.ts';
import { OlderMessages } from './older-messages.tsx';
import { createPlace } from './place.ts';
import { firstUnread, unreadLine } from './unread.ts';

const said = texts.conversation;

/** So near to the top, what is before it is loaded. */
const NEAR_TOP_PX = 600;

interface Props {
  readonly talk: Conversation;
  readonly username: string;
  /** The `seq` before which the line “New messages” stands. */
  readonly unreadFrom: Signal<number | undefined>;
}

/** The messages of a conversation: it opens where one stopped reading, and stays where one reads. */
export function MessageList({ talk, username, unreadFrom }: Props) {
  const log = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const place = useRef<ReturnType<typeof createPlace> | undefined>(undefined);
  const wantsOlder = useSignal(false);
  const isAtEnd = useSignal(true);
  const seen = useSignal(0);
  const sent = useRef(talk.messages.value.at(-1)?.key);
  const messages = useFollowed(talk.messages);
  const tell = useRef(createNews(messages));
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
    // The room for the rows, and the rows: a line that comes or goes moves them too.
    resized.observe(element);
    resized.observe(list.current as HTMLUListElement);
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
    const news = tell.current(messages, username);
    if (news) announce(news);
  }, [messages, hasOlder]);

  const shown = isShown.value;
  const wasShown = useRef(shown);
  useLayoutEffect(() => {
    const isBack = shown && !wasShown.current;
    wasShown.current = shown;
    if (!isBack) return;
    // What came while nobody looked begins at the line, until it is left; who was at the end begins to read there.
    const unread = firstUnread(inbox.items.peek(), talk.id);
    if (unread !== undefined) {
      unreadFrom.value = unread;
      const line = unreadLine(talk.messages.value, unread);
      const row = list.current?.querySelector<HTMLElement>(`[data-seq="${line}"]`);
      if (row && place.current?.isAtEnd) place.current.show(row);
    }
    look();
  }, [shown]);

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
        <ul ref={list}>
          <MessageRows talk={talk} messages={messages} username={username} unreadFrom={unreadFrom.value} />
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
