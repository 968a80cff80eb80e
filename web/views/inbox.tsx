import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Heading } from '../parts/heading.tsx';
import { Icon } from '../parts/icon.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { client, inbox, me } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { previous, route } from '../state/route.ts';
import { isWide } from '../state/screen.ts';
import { watchRow } from '../state/watched.ts';
import { texts } from '../texts.ts';
import { InboxRow } from './inbox-row.tsx';

const said = texts.inbox;

/** How far the list is scrolled while something else is shown instead of it, and whose it is. */
const left = { user: '', top: 0 };

/** The conversations, most recent first. */
export function Inbox() {
  const items = inbox.items.value;
  const now = route.value;
  const chosen = now.view === 'conversation' ? now.userId : undefined;
  const list = useRef<HTMLElement>(null);
  const user = me.value?.id ?? '';

  useLayoutEffect(() => {
    if (list.current && left.user === user) list.current.scrollTop = left.top;
  }, [user]);
  useEffect(() => {
    if (now.view !== 'inbox') return;
    // Whom one was with is where one goes on in the list; else at the beginning of the view.
    const from = previous();
    const row = from?.view === 'conversation' && list.current?.querySelector(rowOf(from.userId));
    const start = row || document.querySelector('main h1');
    if (start instanceof HTMLElement) start.focus();
  }, [now.view]);

  // What moves up in the list loses the focus on the way.
  const { activeElement: held } = document;
  useLayoutEffect(() => {
    if (held instanceof HTMLElement && held !== document.activeElement && list.current?.contains(held)) {
      held.focus({ preventScroll: true });
    }
  });

  return (
    <div class="inbox">
      <header class="bar">
        {isWide.value ? <h2>{said.title}</h2> : <Heading>{said.title}</Heading>}
        <a
          class="button plain"
          href={paths.people}
          title={said.people}
          aria-label={said.people}
          aria-current={now.view === 'people' ? 'page' : undefined}
        >
          <Icon name="people" />
        </a>
        <a
          class="button plain self"
          href={paths.profile}
          title={said.profile(me.value?.username ?? '')}
          aria-label={said.profile(me.value?.username ?? '')}
          aria-current={now.view === 'profile' ? 'page' : undefined}
        >
          <bdi>{me.value?.username}</bdi>
        </a>
      </header>
      <nav
        ref={list}
        class="conversations"
        aria-label={said.title}
        onScroll={({ currentTarget }) => Object.assign(left, { user, top: currentTarget.scrollTop })}
      >
        {items.length > 0 && (
          <ul>
            {items.map((item) => (
              <InboxRow key={item.id} item={item} isChosen={item.peer.id === chosen} />
            ))}
          </ul>
        )}
        {!inbox.isLoaded.value && <Waiting failed={said.failed} onAgain={client.reconnect} />}
        {inbox.isLoaded.value && items.length === 0 && (
          <div class="nothing">
            <p>{said.empty}</p>
            <a class="button main" href={paths.people}>
              {said.findPeople}
            </a>
          </div>
        )}
        {inbox.hasMore.value && <More />}
      </nav>
    </div>
  );
}

const rowOf = (userId: string) => `[data-user-id="${CSS.escape(userId)}"] > a`;

/** Loads more when it comes into view; it is a button for whoever gets there otherwise, or after a failure. */
function More() {
  const button = useRef<HTMLButtonElement>(null);
  const load = () => client.inbox.loadMore().catch(() => undefined);
  const goOn = async () => {
    // The button may go with the last of them: the focus goes on to the first that is new.
    const last = button.current?.parentElement?.querySelector('li:last-child');
    await load();
    requestAnimationFrame(() => last?.nextElementSibling?.querySelector('a')?.focus());
  };
  useEffect(() => (button.current ? watchRow(button.current, () => void load()) : undefined), []);
  return (
    <button ref={button} type="button" class="more" onClick={() => void goOn()}>
      {said.more}
    </button>
  );
}
