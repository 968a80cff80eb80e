import { useEffect, useRef } from 'preact/hooks';
import { Heading } from '../parts/heading.tsx';
import { Icon } from '../parts/icon.tsx';
import { client, inbox, me } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { route } from '../state/route.ts';
import { isWide } from '../state/screen.ts';
import { watchRow } from '../state/watched.ts';
import { texts } from '../texts.ts';
import { InboxRow } from './inbox-row.tsx';

const said = texts.inbox;

/** The conversations, most recent first. */
export function Inbox() {
  const items = inbox.items.value;
  const now = route.value;
  const chosen = now.view === 'conversation' ? now.userId : undefined;
  return (
    <div class="inbox">
      <header class="bar">
        {isWide.value ? <h2>{said.title}</h2> : <Heading focus>{said.title}</Heading>}
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
          aria-label={said.profile(me.value?.username ?? '')}
          aria-current={now.view === 'profile' ? 'page' : undefined}
        >
          <bdi>{me.value?.username}</bdi>
        </a>
      </header>
      <nav class="conversations" aria-label={said.title}>
        {items.length > 0 && (
          <ul>
            {items.map((item) => (
              <InboxRow key={item.id} item={item} isChosen={item.peer.id === chosen} />
            ))}
          </ul>
        )}
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

/** Loads more when it comes into view; it is a button for whoever gets there otherwise, or after a failure. */
function More() {
  const button = useRef<HTMLButtonElement>(null);
  const load = () => void client.inbox.loadMore().catch(() => undefined);
  useEffect(() => (button.current ? watchRow(button.current, load) : undefined), []);
  return (
    <button ref={button} type="button" class="more" onClick={load}>
      {said.more}
    </button>
  );
}
