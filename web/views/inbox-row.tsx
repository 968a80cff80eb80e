import type { InboxItem } from '@parley/client';
import { useEffect, useRef } from 'preact/hooks';
import { Tick, Time } from '../parts/message-meta.tsx';
import { Person } from '../parts/person.tsx';
import { client, me, useObservable } from '../state/chat.ts';
import { now } from '../state/clock.ts';
import { watchPresence } from '../state/on-screen.ts';
import { paths } from '../state/paths.ts';
import { briefly } from '../state/times.ts';
import { texts } from '../texts.ts';

interface Props {
  readonly item: InboxItem;
  readonly isChosen: boolean;
}

/** The state of an own last message. */
function stateOf({ last, peerRead, peerReceived }: InboxItem) {
  if (last.seq <= peerRead) return 'read';
  return last.seq <= peerReceived ? 'delivered' : 'sent';
}

/** One conversation: the user, the last message, its time, and the number of unread messages. */
export function InboxRow({ item, isChosen }: Props) {
  const { id, peer, last, unread } = item;
  const row = useRef<HTMLLIElement>(null);
  const isTyping = useObservable(client.conversation(id).typing);
  useEffect(() => (row.current ? watchPresence(row.current) : undefined), []);
  const isOwn = last.senderId === me.value?.id;
  const isDeleted = last.deletedAt !== undefined;
  const at = new Date(last.createdAt);

  return (
    <li ref={row} class={unread > 0 ? 'row unread' : 'row'} data-user-id={peer.id}>
      <a href={paths.conversation(peer.id)} aria-current={isChosen ? 'page' : undefined}>
        <Person user={peer} />
        <span class="name" title={peer.username}>
          <bdi>{peer.username}</bdi>
        </span>
        <Time at={at} format={(date) => briefly(date, now.value)} />
        <span class="last">
          {isTyping ? (
            <em>{texts.conversation.typing}</em>
          ) : (
            <>
              {isOwn && !isDeleted && <Tick state={stateOf(item)} />}
              {isOwn && <span class="unseen">{texts.inbox.you}</span>}
              <span class={isDeleted ? 'preview deleted' : 'preview'} dir="auto">
                {isDeleted ? texts.changes.wasDeleted : last.text}
              </span>
            </>
          )}
          {unread > 0 && (
            <span class="badge">
              <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
              <span class="unseen">{texts.inbox.unread(unread)}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}
