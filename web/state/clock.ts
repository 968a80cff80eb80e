import { signal } from '@preact/signals';
import { isShown } from './screen.ts';
import { refreshLocale } from './times.ts';

const MINUTE_MS = 60_000;

/** The time for texts such as “Today” and “5 minutes ago”. It changes at each full minute, so at midnight too. */
export const now = signal(new Date());

let timer: ReturnType<typeof setTimeout> | undefined;

function update(): void {
  clearTimeout(timer);
  // A little after the full minute, because timers may be a millisecond early.
  timer = setTimeout(update, MINUTE_MS - (Date.now() % MINUTE_MS) + 5);
  refreshLocale();
  now.value = new Date();
}

addEventListener('languagechange', update);
// Timers stand still in a hidden page and while the machine sleeps.
isShown.subscribe(update);
