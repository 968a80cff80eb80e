import { describe, expect, it } from 'vitest';
import type { AuditEntry, EntryId } from '../../../../functions/core/audit/audit.ts';
import { auditTrail, MAX_WRITE_MS } from '../../../../functions/core/audit/trail.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { countingIds, id } from '../../support/people.ts';
import { PHONE } from '../../support/sessions.ts';

/** So many that the memory of a process is full. */
const MOST = 10_000;

const ORIGIN = { operation: 'POST /users/token', ...PHONE };

/** A trail whose log keeps all, or does something else. */
function trailOf(append?: () => Promise<void>) {
  const stored: [EntryId, AuditEntry][] = [];
  const clock = frozenClock();
  let late = () => {};
  const trail = auditTrail(
    {
      append: append ?? (async (key, entry) => void stored.push([key, entry])),
    },
    {
      now: clock.now,
      newId: countingIds(900),
      deadline(milliseconds) {
        expect(milliseconds).toBe(MAX_WRITE_MS);
        const controller = new AbortController();
        late = () => controller.abort();
        return controller.signal;
      },
    },
  );
  trail.begin();
  return { trail, stored, clock, late: () => late() };
}

describe('the trail of a request', () => {
  it('writes each event with its time and with the client that asked', async () => {
    const { trail, stored, clock } = trailOf();
    trail.note({ event: 'wrong_password', userId: id(1) });
    clock.pass(5);
    trail.note({ event: 'logged_in', userId: id(1), session: id(7) });
    await trail.write(ORIGIN);
    const later = '2026-11-23T12:00:00.005Z';
    expect(stored).toEqual([
      [
        { time: NOON, name: id(900) },
        { event: 'wrong_password', userId: id(1), at: NOON, ...ORIGIN },
      ],
      [
        { time: later, name: id(901) },
        { event: 'logged_in', userId: id(1), session: id(7), at: later, ...ORIGIN },
      ],
    ]);
  });

  it('writes nothing of an earlier request, and nothing twice', async () => {
    const { trail, stored } = trailOf();
    trail.note({ event: 'logged_in', userId: id(1) });
    trail.begin();
    expect(await trail.write(ORIGIN)).toEqual([]);
    trail.note({ event: 'logged_out', userId: id(1) });
    await trail.write(ORIGIN);
    await trail.write(ORIGIN);
    expect(stored.map(([, { event }]) => event)).toEqual(['logged_out']);
  });

  it.each(['attempts_limited', 'exchange_limited', 'exchange_refused'] as const)(
    'writes %s once in a minute, with a name of that minute, so that other processes add no other one',
    async (event) => {
      const { trail, stored, clock } = trailOf();
      const again = async (milliseconds: number) => {
        clock.pass(milliseconds);
        trail.note({ event, userId: id(1) });
        await trail.write(ORIGIN);
      };
      await again(0);
      await again(59_999);
      await again(1);
      expect(stored.map(([{ time, name }]) => [time, name])).toEqual([
        [NOON, event],
        ['2026-11-23T12:01:00.000Z', event],
      ]);
    },
  );

  it('returns a repeat that it does not write', async () => {
    const { trail, stored } = trailOf();
    const event = { event: 'exchange_refused', userId: id(1) } as const;
    for (let i = 0; i < 2; i += 1) {
      trail.note(event);
      expect(await trail.write(ORIGIN)).toEqual([event]);
    }
    expect(stored).toHaveLength(1);
  });

  it('still knows a repeat after any number of events that do not come often', async () => {
    const { trail, stored } = trailOf();
    const limited = { event: 'attempts_limited', userId: id(1) } as const;
    trail.note(limited);
    for (let i = 0; i < MOST; i += 1) trail.note({ event: 'logged_in', userId: id(i) });
    await trail.write(ORIGIN);
    trail.note(limited);
    await trail.write(ORIGIN);
    expect(stored.filter(([, { event }]) => event === limited.event)).toHaveLength(1);
  });

  it('writes an attempt beyond the limit again for another address, known or not, but never the address', async () => {
    const { trail, stored } = trailOf();
    for (const about of ['ada@example.org', 'nobody@example.org', 'ada@example.org', 'nobody@example.org']) {
      const userId = about.startsWith('ada') ? id(1) : undefined;
      trail.note({ event: 'attempts_limited', userId, about });
      await trail.write(ORIGIN);
    }
    expect(stored.map(([, { userId }]) => userId)).toEqual([id(1), 'nobody']);
    expect(JSON.stringify(stored)).not.toContain('example.org');
  });

  it('tries an event again that could not be written', async () => {
    let isAway = true;
    let tries = 0;
    const { trail } = trailOf(async () => {
      tries += 1;
      if (isAway) throw new Error('the table is away');
    });
    const again = async () => {
      trail.note({ event: 'attempts_limited', userId: id(1) });
      return trail.write(ORIGIN);
    };
    await expect(again()).rejects.toThrow('could not be recorded');
    isAway = false;
    await again();
    await again();
    expect(tries).toBe(2);
  });

  it('writes an event of nobody as one that is always the same, so that it takes as long and stores nothing more', async () => {
    const { trail, stored, clock } = trailOf();
    for (const event of ['wrong_password', 'attempts_limited'] as const) {
      clock.pass(90_000);
      trail.note({ event, userId: undefined });
      expect(await trail.write(ORIGIN)).toEqual([{ event, userId: undefined }]);
    }
    expect(new Set(stored.map(([key, { userId }]) => JSON.stringify([key, userId]))).size).toBe(1);
    expect(stored[0]?.[1].userId).toBe('nobody');
  });

  it('says which events the log did not take, but for those of nobody', async () => {
    const { trail } = trailOf(async () => {
      throw new Error('the table is away');
    });
    trail.note({ event: 'password_changed', userId: id(1) });
    trail.note({ event: 'wrong_password', userId: undefined });
    await expect(trail.write(ORIGIN)).rejects.toMatchObject({
      message: 'security events could not be recorded',
      cause: { message: 'the table is away' },
      entries: [{ event: 'password_changed', userId: id(1), at: NOON, ...ORIGIN }],
    });
    expect(await trail.write(ORIGIN)).toEqual([]);
  });

  it('does not wait for a log that hangs', async () => {
    const { trail, late } = trailOf(() => new Promise(() => {}));
    trail.note({ event: 'logged_in', userId: id(1) });
    const written = trail.write(ORIGIN);
    late();
    await expect(written).rejects.toMatchObject({ cause: { code: 'unavailable' } });
  });
});
