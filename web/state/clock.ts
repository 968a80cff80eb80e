import { signal } from '@preact/signals';
import { isShown } from './screen.ts';
import { renewSurroundings } from './times.ts';

const MINUTE_MS = 60_000;

/** The time by which words such as “Today” and “5 minutes ago” hold: renewed at each full minute, so at midnight too. */
export const now = signal(new Date());

let timer: ReturnType<typeof setTimeout> | undefined;

function renew(): void {
  clearTimeout(timer);
  // A little behind the full minute: timers may be early by a millisecond.
  timer = setTimeout(renew, MINUTE_MS - (Date.now() % MINUTE_MS) + 5);
  renewSurroundings();
  now.value = new Date();
}

addEventListener('languagechange', renew);
// The timers of a hidden page, and of a machine that sleeps, stand still.
isShown.subscribe(renew);
