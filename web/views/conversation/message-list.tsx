import type { Conversation, Message } from '@parley/client';
import { type Signal, useSignal } from '@preact/signals';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { Icon } from '../../parts/icon.tsx';
import { inbox, useObservable } from '../../state/chat.ts';
import { isShown, isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';
import { createAnnouncements } from './announcements.ts';
import { useLongPress } from './long-press.ts';
import type { Allowed, Edited } from './message-actions.ts';
import { menuButton } from './message-buttons.ts';
import { MessageMenu } from './message-menu.tsx';
import { MessageRows } from './message-rows.tsx';
import type { Names } from './names.ts';
import { OlderMessages } from './older-messages.tsx';
import { firstUnread, unreadLine } from './rows.ts';
import { createScrollPosition } from './scroll-position.ts';
import { createTabStop } from './tab-stop.ts';
import { useQuoted } from './use-quoted.ts';

const words = texts.conversation;

/** Within this distance of the top, older messages are loaded. */
const NEAR_TOP_PX = 600;

interface Props {
  readonly talk: Conversation;
  readonly names: Names;
  /** What the list is called. */
  readonly label: string;
  /** Shown as long as nobody has written. */
  readonly empty: string;
  /** The “New messages” line stands before this `seq`. */
  readonly unreadFrom: Signal<number | undefined>;
  readonly rights: Omit<Allowed, 'canReport' | 'canCopy'>;
  readonly editing: Signal<Edited | undefined>;
  /** The `seq` of the message that the next one answers. */
  readonly answered: Signal<number | undefined>;
}

/** The messages of a conversation. It opens at the first unread message and keeps its scroll position. */
export function MessageList(props: Props) {
  const { talk, names, label, empty, unreadFrom, rights, editing, answered } = props;
  const log = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const scroll = useRef<ReturnType<typeof createScrollPosition> | undefined>(undefined);
  const wantsOlder = useSignal(false);
  const isAtEnd = useSignal(true);
  const seen = useSignal(0);
  const open = useSignal<string | undefined>(undefined);
  const hasHiddenRefusal = useSignal(false);
  const quoted = useQuoted(talk, list, scroll);
  const tabStop = useRef(createTabStop());
  const sent = useRef(talk.messages.value.at(-1)?.key);
  const messages = useObservable(talk.messages);
  const announcementOf = useRef(createAnnouncements(messages));
  const hasOlder = useObservable(talk.hasOlder);
  const allowed = {
    ...rights,
    canReport: names.isGroup || names.find('') !== undefined,
    canCopy: isTouch.value && 'clipboard' in navigator,
  };
  useLongPress(
    list,
    useCallback(({ dataset: { key } }) => (open.value = key), [open]),
  );

  /** A message whose change was refused, and which is not on the screen. */
  const hiddenRefusal = () => {
    const refused = (log.current?.getElementsByClassName('refused') ?? []) as Iterable<HTMLElement>;
    return [...refused].find((row) => !scroll.current?.isOnScreen(row));
  };

  /** Marks what is on the screen as read, and loads older messages near the top. */
  const update = () => {
    const { current: position } = scroll;
    if (!position || !log.current) return;
    isAtEnd.value = position.isAtEnd;
    wantsOlder.value = log.current.scrollTop < NEAR_TOP_PX;
    tabStop.current.follow(list.current, () =>
      menuButton(position.lastSeen((row) => menuButton(row) !== null)),
    );
    hasHiddenRefusal.value = hiddenRefusal() !== undefined;
    if (!isShown.peek()) return;
    const seq = Number(position.lastSeen(({ dataset }) => dataset.seq !== undefined)?.dataset.seq ?? 0);
    if (seq === 0) return;
    seen.value = Math.max(seen.value, seq);
    talk.markRead(seq);
  };

  useLayoutEffect(() => {
    const element = log.current as HTMLDivElement;
    const position = createScrollPosition(element);
    scroll.current = position;
    const line = element.querySelector<HTMLElement>('.unread-from');
    if (line) position.show(line);
    else position.toEnd();
    update();
    const resized = new ResizeObserver(() => {
      position.restore();
      update();
    });
    // Both the frame and the list: a status above the frame, or a row that comes or goes, moves the messages.
    resized.observe(element);
    resized.observe(list.current as HTMLUListElement);
    return () => resized.disconnect();
  }, []);

  useLayoutEffect(() => {
    // A user who has just sent a message wants to see it.
    const newest = messages.at(-1);
    const hasSent = newest?.state === 'sending' && newest.key !== sent.current;
    if (hasSent) sent.current = newest.key;
    if (hasSent) scroll.current?.toEnd();
    else scroll.current?.restore();
    quoted.follow();
    update();
    const announcement = announcementOf.current(messages, names);
    if (announcement) announce(announcement);
  }, [messages, hasOlder, rights.canWrite, names]);

  const shown = isShown.value;
  const wasShown = useRef(shown);
  useLayoutEffect(() => {
    const isBack = shown && !wasShown.current;
    wasShown.current = shown;
    if (!isBack) return;
    // Messages that came while the page was hidden are new. A list at its end shows the first of them.
    const unread = firstUnread(inbox.all.peek(), talk.id);
    if (unread !== undefined) {
      unreadFrom.value = unread;
      const line = unreadLine(talk.messages.value, unread);
      const row = list.current?.querySelector<HTMLElement>(`[data-seq="${line}"]`);
      if (row && scroll.current?.isAtEnd) scroll.current.show(row);
    }
    update();
  }, [shown]);

  const toNewest = () => {
    scroll.current?.toEnd();
    update();
    log.current?.focus();
  };

  const toRefusal = () => {
    const row = hiddenRefusal();
    if (!row) return;
    scroll.current?.show(row);
    update();
    row.querySelector<HTMLElement>('.failure button')?.focus({ preventScroll: true });
  };

  const isNew = ({ seq, isOwn, deletedAt, event }: Message) =>
    !isOwn && seq !== undefined && seq > seen.value && deletedAt === undefined && event === undefined;
  const news = messages.filter(isNew).length;
  return (
    <div class="log-frame">
      {/* Not a live region, because it would also announce older messages. `Announcer` announces the new ones. */}
      <div
        ref={log}
        class="log"
        role="log"
        aria-live="off"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboards must be able to scroll it (WCAG 2.1.1).
        tabIndex={0}
        onScroll={() => {
          scroll.current?.save();
          quoted.failure.value = undefined;
          update();
        }}
      >
        {hasOlder && <OlderMessages talk={talk} isWanted={wantsOlder} />}
        {messages.length === 0 && <p class="nothing">{empty}</p>}
        <ul ref={list} onFocusIn={update} onFocusOut={update}>
          <MessageRows
            talk={talk}
            messages={messages}
            names={names}
            unreadFrom={unreadFrom.value}
            open={open}
            allowed={allowed}
            edited={editing.value?.key}
            onShow={quoted.show}
          />
        </ul>
      </div>
      <MessageMenu
        talk={talk}
        names={names}
        messages={messages}
        list={list}
        allowed={allowed}
        open={open}
        editing={editing}
        answered={answered}
      />
      {hasHiddenRefusal.value && (
        <button type="button" class="to-refusal" onClick={toRefusal}>
          <Icon name="warning" />
          {texts.changes.showRefused}
        </button>
      )}
      {quoted.failure.value && (
        <p class="not-shown" role="alert">
          {quoted.failure.value}
        </p>
      )}
      {!isAtEnd.value && (
        <button type="button" class="to-newest" onClick={toNewest}>
          <Icon name="down" />
          <span class={news > 0 ? '' : 'unseen'}>{news > 0 ? words.news(news) : words.newest}</span>
        </button>
      )}
    </div>
  );
}
