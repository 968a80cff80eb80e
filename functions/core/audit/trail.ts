import { Unavailable } from '../errors.ts';
import { remember } from '../remember.ts';
import type {
  Audit,
  AuditEntry,
  AuditLog,
  EntryId,
  Origin,
  SecurityEvent,
  SecurityEventName,
} from './audit.ts';

/**
 * They come as often as somebody likes to try. One a minute says as much as all of them. A process that has written one writes no
 * other one, so a thousand tries cost a few writes.
 */
const ONCE_A_MINUTE: readonly SecurityEventName[] = [
  'attempts_limited',
  'exchange_limited',
  'exchange_refused',
  'log_in_refused',
];

/** Nobody waits longer for the log. */
export const MAX_WRITE_MS = 2_000;

/** No account has this name, and only its first event is ever stored. */
const NOBODY = 'nobody';
const FIRST: EntryId = { time: '1970-01-01T00:00:00.000Z', name: 'first' };

/** The events of one request, from its beginning to its end. A process works on one request at a time. */
export interface AuditTrail extends Audit {
  begin(): void;
  /**
   * Writes what was noted since the beginning, but no repeat of what this process has written in the same minute.
   * @returns all of the events, repeats and those of unknown accounts too
   * @throws NotRecorded if they cannot be written, or not in time
   */
  write(origin: Origin): Promise<readonly SecurityEvent[]>;
}

/** The events that are not in the log, so that they can be logged elsewhere. */
export class NotRecorded extends Error {
  readonly entries: readonly AuditEntry[];

  constructor(entries: readonly AuditEntry[], options: ErrorOptions) {
    super('security events could not be recorded', options);
    this.entries = entries;
  }
}

interface Dependencies {
  readonly now: () => Date;
  readonly newId: () => string;
  readonly deadline: (milliseconds: number) => AbortSignal;
}

export function auditTrail(log: AuditLog, { now, newId, deadline }: Dependencies): AuditTrail {
  let noted: readonly { readonly event: SecurityEvent; readonly at: string }[] = [];
  /** The minute in which an event that comes often was last written, by the event and what it is about. */
  const lastWritten = new Map<string, string>();

  const minuteOf = (time: string): string => time.slice(0, 16);
  const nameOf = ({ event, userId, about = userId }: SecurityEvent): string => `${event} ${about}`;
  const isFrequent = ({ event }: SecurityEvent): boolean => ONCE_A_MINUTE.includes(event);
  const isRepeat = (event: SecurityEvent, at: string): boolean =>
    isFrequent(event) && lastWritten.get(nameOf(event)) === minuteOf(at);

  const idOf = (event: SecurityEvent, time: string): EntryId => {
    if (event.userId === undefined) return FIRST;
    if (isFrequent(event)) return { time: `${minuteOf(time)}:00.000Z`, name: event.event };
    return { time, name: newId() };
  };

  return {
    begin() {
      noted = [];
    },

    note(event) {
      noted = [...noted, { event, at: now().toISOString() }];
    },

    async write(origin) {
      const all = noted.map(({ event }) => event);
      const fresh = noted.filter(({ event, at }) => !isRepeat(event, at));
      noted = [];
      if (fresh.length === 0) return all;
      const entries = fresh.map(({ event: { about: _, ...event }, at }) => ({
        id: idOf(event, at),
        entry: { ...event, ...origin, userId: event.userId ?? NOBODY, at },
      }));
      try {
        const written = Promise.all(entries.map(({ id, entry }) => log.append(id, entry)));
        await Promise.race([written, rejectedAt(deadline(MAX_WRITE_MS))]);
      } catch (cause) {
        const known = entries.filter((_, i) => fresh[i]?.event.userId !== undefined);
        throw new NotRecorded(
          known.map(({ entry }) => entry),
          { cause },
        );
      }
      for (const { event, at } of fresh) {
        if (isFrequent(event)) remember(lastWritten, nameOf(event), minuteOf(at));
      }
      return all;
    },
  };
}

function rejectedAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Unavailable({ cause: signal.reason })), { once: true });
  });
}
