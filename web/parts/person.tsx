import type { User } from '@parley/client';
import { client } from '../state/chat.ts';
import { useFollowed } from '../state/follow.ts';
import { texts } from '../texts.ts';
import { Avatar } from './avatar.tsx';

/** The picture of somebody, with a dot while they are online. */
export function Person({ user }: { readonly user: User }) {
  const presence = useFollowed(client.presence.of(user.id));
  return (
    <span class="person">
      <Avatar user={user} />
      {presence?.online && (
        <span class="dot">
          <span class="unseen">{texts.conversation.online}</span>
        </span>
      )}
    </span>
  );
}
