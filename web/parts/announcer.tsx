import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const announcement = signal('');

/** Lets screen readers read the text after the one that they read now. */
export function announce(text: string): void {
  // Made different, because the same text twice would be no change.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}

/** The live region for announcements. It must be in the page before its text. */
export function Announcer() {
  // The next user of this page must not hear it.
  useEffect(
    () => () => {
      announcement.value = '';
    },
    [],
  );
  return (
    <div class="unseen" aria-live="polite" data-announcer>
      {announcement.value}
    </div>
  );
}
