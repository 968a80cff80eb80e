import type { Conversation, User } from '@parley/client';
import { useEffect, useRef } from 'preact/hooks';
import { Person } from '../../parts/person.tsx';
import { Bar, Heading } from '../../parts/view-head.tsx';
import { client, useObservable } from '../../state/chat.ts';
import { now } from '../../state/clock.ts';
import { watchPresence } from '../../state/on-screen.ts';
import { ago } from '../../state/times.ts';
import { texts } from '../../texts.ts';
import { Block } from './blocked.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import { Report } from './report.tsx';

const words = texts.conversation;

interface Props {
  readonly peer: User;
  readonly talk: Conversation;
  readonly focus: boolean;
  readonly isBlocked: boolean;
}

/** The other user and their presence. */
export function ConversationHead({ peer, talk, focus, isBlocked }: Props) {
  const isTyping = useObservable(talk.typing);
  const presence = useObservable(client.presence.of(peer.id));
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => (own.current ? watchPresence(own.current) : undefined), []);
  const seen = presence?.lastSeen ? words.lastSeen(ago(new Date(presence.lastSeen), now.value)) : '';
  return (
    <Bar>
      <div ref={own} class="who" data-user-id={peer.id}>
        <Person user={peer} />
        <div class="names">
          <Heading focus={focus}>
            {/* The name may still be loading. */}
            <bdi title={peer.username}>{peer.username || '…'}</bdi>
          </Heading>
          <p class="presence">
            {isBlocked ? '' : isTyping ? <em>{words.typing}</em> : presence?.online ? words.online : seen}
          </p>
        </div>
      </div>
      {peer.username && !peer.deleted && <Report peer={peer} />}
      {peer.username && !peer.deleted && !isBlocked && <Block peer={peer} />}
      <ConversationMenu talk={talk} />
    </Bar>
  );
}
