import { effect, signal } from '@preact/signals';
import { isShown } from './screen.ts';

/** The time by which words such as “Today” and “5 minutes ago” hold: renewed each minute, and when the page is shown. */
export const now = signal(new Date());

const renew = () => {
  now.value = new Date();
};
setInterval(renew, 60_000);
// The timers of a hidden page, and of a machine that sleeps, stand still.
effect(() => {
  if (isShown.value) renew();
});
