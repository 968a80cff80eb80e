import type { SecurityEvent } from '../../../functions/core/audit/audit.ts';

/** Keeps the security events that the domain notes, each as `name of whom`, with the session, the other user, and who did it, if there are any. */
export function noting() {
  const events: string[] = [];
  return {
    events,
    audit: {
      note({ event, userId, session, other, by }: SecurityEvent) {
        const more = [session && `in ${session}`, other && `and ${other}`, by && `by ${by}`].filter(Boolean);
        events.push([event, 'of', userId ?? 'nobody', ...more].join(' '));
      },
    },
  };
}
