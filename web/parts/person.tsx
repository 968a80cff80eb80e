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

/** A title may begin with an emoji, which is several code units. */
const firstOf = (name: string): string => [...name].find((one) => one.trim() !== '') ?? '';

interface AvatarProps {
  readonly user: User;
  /** In a square, in place of the circle. */
  readonly isGroup?: boolean;
}

/** The first letter of the name in a circle. The name itself stands beside it. */
export function Avatar({ user, isGroup }: AvatarProps) {
  return (
    <span
      class={isGroup ? 'avatar group' : 'avatar'}
      style={{ '--hue': String(hueOf(user.username)) }}
      aria-hidden="true"
    >
      {firstOf(user.username).toUpperCase() || '…'}
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
