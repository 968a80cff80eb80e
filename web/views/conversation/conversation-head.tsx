import type { Conversation, User } from '@parley/client';
import { useEffect, useRef } from 'preact/hooks';
import { Bar } from '../../parts/bar.tsx';
import { Heading } from '../../parts/heading.tsx';
import { Person } from '../../parts/person.tsx';
import { client } from '../../state/chat.ts';
import { now } from '../../state/clock.ts';
import { useFollowed } from '../../state/follow.ts';
import { ago } from '../../state/times.ts';
import { watchPresence } from '../../state/watched.ts';
import { texts } from '../../texts.ts';

const said = texts.conversation;

interface Props {
  readonly peer: User;
  readonly talk: Conversation;
  readonly focus: boolean;
}

/** Whom one talks to, and whether they are there. */
export function ConversationHead({ peer, talk, focus }: Props) {
  const isTyping = useFollowed(talk.typing);
  const presence = useFollowed(client.presence.of(peer.id));
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => (own.current ? watchPresence(own.current) : undefined), []);
  const seen = presence?.lastSeen ? said.lastSeen(ago(new Date(presence.lastSeen), now.value)) : '';
  return (
    <Bar>
      <div ref={own} class="who" data-user-id={peer.id}>
        <Person user={peer} />
        <div class="names">
          <Heading focus={focus}>
            {/* Until it is known who that is. */}
            <bdi title={peer.username}>{peer.username || '…'}</bdi>
          </Heading>
          <p class="presence">{isTyping ? <em>{said.typing}</em> : presence?.online ? said.online : seen}</p>
        </div>
      </div>
    </Bar>
  );
}
