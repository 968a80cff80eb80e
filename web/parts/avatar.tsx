import type { User } from '@parley/client';

const HUES = 360;

/** The same colour for the same person everywhere. */
function hueOf(username: string): number {
  let sum = 0;
  for (const character of username) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % HUES;
  return sum;
}

/** The first letter in a circle; the name stands beside it. */
export function Avatar({ user }: { readonly user: User }) {
  return (
    <span class="avatar" style={{ '--hue': String(hueOf(user.username)) }} aria-hidden="true">
      {user.username.slice(0, 1).toUpperCase() || '…'}
    </span>
  );
}
