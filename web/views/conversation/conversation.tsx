import type { User } from '@parley/client';
import { useEffect, useMemo } from 'preact/hooks';
import { Bar, Heading, useTitle } from '../../parts/view-head.tsx';
import { client, connection, me, useObservable } from '../../state/chat.ts';
import { paths } from '../../state/paths.ts';
import { isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';
import { Blocked } from './blocked.tsx';
import { ConversationHead } from './conversation-head.tsx';
import { pairNames } from './names.ts';
import { Talk } from './talk.tsx';
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
  const ownId = me.value?.id ?? '';
  const names = useMemo(() => pairNames(ownId, { id, username }), [ownId, id, username]);
  return (
    <Talk
      talk={talk}
      name={username}
      names={names}
      label={words.log(username)}
      empty={words.empty(username)}
      rights={{ canWrite: !peer.deleted && !isBlocked }}
      head={<ConversationHead peer={peer} talk={talk} focus={isTouch.value} isBlocked={isBlocked} />}
      closed={
        peer.deleted ? <p class="closed">{words.deleted}</p> : isBlocked ? <Blocked peer={peer} /> : undefined
      }
    />
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
