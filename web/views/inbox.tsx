import type { InboxItem } from '@parley/client';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Heading } from '../parts/view-head.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { client, inbox, me } from '../state/chat.ts';
import { onVisible } from '../state/on-screen.ts';
import { paths, type Route } from '../state/paths.ts';
import { previous, route } from '../state/route.ts';
import { isWide } from '../state/screen.ts';
import { texts } from '../texts.ts';
import { NewGroup, NewGroupByLink } from './groups/new-group.tsx';
import { InboxRow } from './inbox-row.tsx';

const words = texts.inbox;

/** The scroll position of the list and its user, kept while another view is shown instead. */
const scrolled = { user: '', top: 0 };

/** The conversations, pinned ones and then the most recent first. */
export function Inbox() {
  const items = inbox.items.value;
  const archived = inbox.archived.value;
  const now = route.value;
  const chosen = keyOf(now);
  const list = useRef<HTMLElement>(null);
  const user = me.value?.id ?? '';

  useLayoutEffect(() => {
    if (list.current && scrolled.user === user) list.current.scrollTop = scrolled.top;
  }, [user]);
  useEffect(() => {
    if (now.view !== 'inbox') return;
    // The focus goes to the conversation that was open before, otherwise to the heading.
    const from = previous();
    const key = from && keyOf(from);
    const row = key && list.current?.querySelector(rowOf(key));
    const start = row || document.querySelector('main h1');
    if (start instanceof HTMLElement) start.focus();
  }, [now.view]);

  // A row that moves up in the list loses the focus, so it gets it back.
  const { activeElement: held } = document;
  useLayoutEffect(() => {
    if (held instanceof HTMLElement && held !== document.activeElement && list.current?.contains(held)) {
      held.focus({ preventScroll: true });
    }
  });

  return (
    <div class="inbox">
      <header class="bar">
        {isWide.value ? <h2>{words.title}</h2> : <Heading>{words.title}</Heading>}
        <NewGroup />
        <a
          class="button plain"
          href={paths.people}
          title={words.people}
          aria-label={words.people}
          aria-current={now.view === 'people' ? 'page' : undefined}
        >
          <Icon name="people" />
        </a>
        <a
          class="button plain self"
          href={paths.profile}
          title={words.profile(me.value?.username ?? '')}
          aria-label={words.profile(me.value?.username ?? '')}
          aria-current={now.view === 'profile' ? 'page' : undefined}
        >
          <bdi>{me.value?.username}</bdi>
        </a>
      </header>
      <nav
        ref={list}
        class="conversations"
        aria-label={words.title}
        onScroll={({ currentTarget }) => Object.assign(scrolled, { user, top: currentTarget.scrollTop })}
      >
        {archived.length > 0 && (
          <details open={archived.some((item) => keyOfItem(item) === chosen)}>
            <summary>{words.archived(archived.length)}</summary>
            <Rows items={archived} chosen={chosen} />
          </details>
        )}
        {items.length > 0 && <Rows items={items} chosen={chosen} />}
        {!inbox.isLoaded.value && <Waiting failed={words.failed} onAgain={client.reconnect} />}
        {inbox.isLoaded.value && items.length + archived.length === 0 && (
          <div class="nothing">
            <p>{words.empty}</p>
            <a class="button main" href={paths.people}>
              {words.findPeople}
            </a>
            <NewGroupByLink />
          </div>
        )}
        {inbox.hasMore.value && <More />}
      </nav>
    </div>
  );
}

interface RowsProps {
  readonly items: readonly InboxItem[];
  readonly chosen: string | undefined;
}

function Rows({ items, chosen }: RowsProps) {
  return (
    <ul>
      {items.map((item) => (
        <InboxRow key={item.id} item={item} isChosen={keyOfItem(item) === chosen} />
      ))}
    </ul>
  );
}

/** The id of the other user, or of the group. */
function keyOf(shown: Route): string | undefined {
  if (shown.view === 'group') return shown.id;
  return shown.view === 'conversation' ? shown.userId : undefined;
}
const keyOfItem = (item: InboxItem): string => (item.kind === 'group' ? item.id : item.peer.id);
const rowOf = (key: string) => `[data-key="${CSS.escape(key)}"] > a`;

/** Loads more when it comes onto the screen. It is a button for keyboards, and for another try after a failure. */
function More() {
  const button = useRef<HTMLButtonElement>(null);
  const load = () => client.inbox.loadMore().catch(() => undefined);
  const loadAndFocus = async () => {
    // The button may disappear, so the first new row gets the focus.
    const last = button.current?.parentElement?.querySelector('li:last-child');
    await load();
    requestAnimationFrame(() => last?.nextElementSibling?.querySelector('a')?.focus());
  };
  useEffect(() => (button.current ? onVisible(button.current, () => void load()) : undefined), []);
  return (
    <button ref={button} type="button" class="more" onClick={() => void loadAndFocus()}>
      {words.more}
    </button>
  );
}
