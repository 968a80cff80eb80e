import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const said = signal('');

/** Says it to who listens to the page, when they are done with what they hear now. */
export function announce(words: string): void {
  // The same words twice would be no change.
  said.value = said.value === words ? `${words}\u00a0` : words;
}

/** Where announcements are made: a live region has to be there before its words. */
export function Announcer() {
  // The next to log in on this page is told nothing of it.
  useEffect(
    () => () => {
      said.value = '';
    },
    [],
  );
  return (
    <div class="unseen" aria-live="polite" data-announcer>
      {said.value}
    </div>
  );
}
