import type { SecurityEvent } from '../../../functions/core/audit/audit.ts';

/** Keeps the security events that the domain notes, each as `name of whom`, with the session if there is one. */
export function noting() {
  const events: string[] = [];
  return {
    events,
    audit: {
      note: ({ event, userId, session }: SecurityEvent) =>
        void events.push([event, 'of', userId ?? 'nobody', ...(session ? [`in ${session}`] : [])].join(' ')),
    },
  };
}
