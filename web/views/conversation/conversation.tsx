import type { Conversation as Talk, User } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { Bar, Heading, useTitle } from '../../parts/view-head.tsx';
import { client, connection, inbox, me, useObservable } from '../../state/chat.ts';
import { paths } from '../../state/paths.ts';
import { leave } from '../../state/route.ts';
import { isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';
import { Blocked } from './blocked.tsx';
import { Composer } from './composer.tsx';
import { ConversationHead } from './conversation-head.tsx';
import { Loading } from './loading.tsx';
import type { Edited } from './message-actions.ts';
import { MessageList } from './message-list.tsx';
import { firstUnread } from './rows.ts';
import { usePeer } from './use-peer.ts';

const words = texts.conversation;

/** The conversation with the user in the address. */
export function Conversation({ userId }: { readonly userId: string }) {
  const peer = usePeer(userId);
  if (peer === 'nobody') return <Nobody isSelf={userId === me.value?.id} />;
  return <With peer={peer ?? { id: userId, username: '' }} />;
}

function With({ peer }: { readonly peer: User }) {
  const { id, username } = peer;
  const talk = useMemo(() => client.conversationWith(id), [id]);
  const isBlocked = useBlocked(id);
  const unreadFrom = useSignal<number | undefined>(undefined);
  const hasFailed = useSignal(false);
  const editing = useSignal<Edited | undefined>(undefined);
  const answered = useSignal<number | undefined>(undefined);
  useTitle(username);
  useEffect(() => {
    talk.open().catch(() => {
      hasFailed.value = true;
    });
    return talk.close;
  }, [talk, hasFailed]);
  const isReady = useReady(talk, (seq) => {
    unreadFrom.value = seq;
  });

  return (
    <section class="view conversation" aria-label={username}>
      <ConversationHead peer={peer} talk={talk} focus={isTouch.value} isBlocked={isBlocked} />
      {isReady ? (
        <MessageList
          talk={talk}
          peer={peer}
          unreadFrom={unreadFrom}
          canWrite={!peer.deleted && !isBlocked}
          editing={editing}
          answered={answered}
        />
      ) : (
        <Loading talk={talk} username={username} hasFailed={hasFailed} />
      )}
      {peer.deleted ? (
        <p class="closed">{words.deleted}</p>
      ) : isBlocked ? (
        <Blocked peer={peer} />
      ) : (
        <Composer
          talk={talk}
          username={username}
          editing={editing}
          answered={answered}
          onLeave={leave}
          onSend={() => {
            unreadFrom.value = undefined;
          }}
        />
      )}
    </section>
  );
}

/** Whether the peer is blocked. The inbox says it for its peers, and the server for others. */
function useBlocked(userId: string): boolean {
  const isBlocked = useObservable(client.isBlocked(userId));
  const isUnknown = isBlocked === undefined && connection.value === 'online';
  useEffect(() => {
    if (isUnknown) client.user(userId).catch(() => undefined);
  }, [isUnknown, userId]);
  return isBlocked ?? false;
}

/** Ready: the newest messages are loaded, back to the first unread one. */
function useReady(talk: Talk, onUnread: (seq: number) => void): boolean {
  const isReady = useSignal(false);
  const isLoaded = useObservable(talk.isLoaded);
  useEffect(() => {
    if (!isLoaded) return undefined;
    let isCurrent = true;
    const begin = async () => {
      const unread = firstUnread(inbox.items.peek(), talk.id);
      if (unread !== undefined) {
        await talk.loadBackTo(unread).catch(() => undefined);
        if (isCurrent) onUnread(unread);
      }
      if (isCurrent) isReady.value = true;
    };
    void begin();
    return () => {
      isCurrent = false;
    };
  }, [isLoaded, talk]);
  return isReady.value;
}

function Nobody({ isSelf }: { readonly isSelf: boolean }) {
  useTitle(isSelf ? words.own : words.nobody);
  return (
    <div class="view">
      <Bar>
        <Heading focus>{isSelf ? words.own : words.nobody}</Heading>
      </Bar>
      <div class="page">
        <p>{isSelf ? words.selfHint : words.nobodyHint}</p>
        <p>
          <a href={paths.people}>{texts.inbox.findPeople}</a>
        </p>
      </div>
    </div>
  );
}
