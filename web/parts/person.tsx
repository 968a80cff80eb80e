import type { User } from '@parley/client';
import { client, useObservable } from '../state/chat.ts';
import { texts } from '../texts.ts';

const HUES = 360;

/** The same colour for a user everywhere. */
function hueOf(username: string): number {
  let sum = 0;
  for (const character of username) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % HUES;
  return sum;
}

/** The first letter of the username in a circle. The name itself stands beside it. */
export function Avatar({ user }: { readonly user: User }) {
  return (
    <span class="avatar" style={{ '--hue': String(hueOf(user.username)) }} aria-hidden="true">
      {user.username.slice(0, 1).toUpperCase() || '…'}
    </span>
  );
}

/** An avatar with a dot while the user is online. */
export function Person({ user }: { readonly user: User }) {
  const presence = useObservable(client.presence.of(user.id));
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
