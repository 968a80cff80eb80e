import { signal } from '@preact/signals';

/** The time by which words such as “Today” and “5 minutes ago” hold: renewed each minute. */
export const now = signal(new Date());

setInterval(() => {
  now.value = new Date();
}, 60_000);
