import { effect } from '@preact/signals';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ago,
  briefly,
  dayName,
  fullTime,
  inSeconds,
  locale,
  refreshLocale,
  timeOf,
} from '../../web/state/times.ts';

const now = new Date(2026, 10, 23, 15, 30);
const at = (year: number, month: number, day: number, hour = 12, minute = 0) =>
  new Date(year, month - 1, day, hour, minute);
const intl = (options: Intl.DateTimeFormatOptions, date: Date) =>
  new Intl.DateTimeFormat(locale(), options).format(date);

describe('a time', () => {
  it('names a day by “Today”, “Yesterday”, or its date', () => {
    expect(dayName(at(2026, 11, 23, 0, 1), now)).toBe('Today');
    expect(dayName(at(2026, 11, 22, 23, 59), now)).toBe('Yesterday');
    const wednesday = at(2026, 11, 18);
    expect(dayName(wednesday, now)).toBe(intl({ weekday: 'long', day: 'numeric', month: 'long' }, wednesday));
    expect(dayName(at(2025, 11, 18), now)).toContain('2025');
  });

  it('is short in a list: the hour, the weekday or the date', () => {
    expect(briefly(at(2026, 11, 23, 9, 5), now)).toBe(timeOf(at(2026, 11, 23, 9, 5)));
    expect(briefly(at(2026, 11, 22, 9, 5), now)).toBe('Yesterday');
    expect(briefly(at(2026, 11, 17), now)).toBe(intl({ weekday: 'long' }, at(2026, 11, 17)));
    // A week ago it was the same weekday, so the name would be ambiguous.
    expect(briefly(at(2026, 11, 16), now)).toBe(intl({ day: 'numeric', month: 'short' }, at(2026, 11, 16)));
    expect(briefly(at(2025, 11, 16), now)).toBe(intl({ dateStyle: 'short' }, at(2025, 11, 16)));
  });

  it('a little in the future, because the server’s clock is ahead, counts as today', () => {
    const soon = new Date(now.getTime() + 90_000);
    expect(briefly(soon, now)).toBe(timeOf(soon));
    expect(ago(soon, now)).toBe(ago(now, now));
  });

  it('in the past is given in whole minutes, hours and days', () => {
    expect(ago(new Date(now.getTime() - 59_000), now)).toBe('just now');
    expect(ago(new Date(now.getTime() - 5 * 60_000), now)).toBe('5 minutes ago');
    expect(ago(new Date(now.getTime() - 3 * 3_600_000), now)).toBe('3 hours ago');
    expect(ago(at(2026, 11, 22, 9), now)).toBe('yesterday');
    expect(ago(at(2026, 11, 13, 9), now)).toBe('10 days ago');
  });

  it('to wait for is rounded up to minutes', () => {
    expect(inSeconds(40)).toBe('in 40 seconds');
    expect(inSeconds(61)).toBe('in 2 minutes');
  });
});

describe('times follow a change', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
    vi.unstubAllGlobals();
    refreshLocale();
  });
  const travelTo = (zone: string) => {
    process.env.TZ = zone;
    refreshLocale();
  };
  const speak = (...languages: string[]) => {
    vi.stubGlobal('navigator', { languages });
    refreshLocale();
  };
  const message = new Date('2026-11-27T23:30:00Z');
  const later = new Date('2026-11-28T01:00:00Z');

  it('of the time zone, in every format', () => {
    speak('en-GB');
    const said = () => [
      timeOf(message),
      dayName(message, later),
      briefly(message, later),
      fullTime(message),
      dayName(message, new Date('2026-12-20T12:00:00Z')),
    ];
    const full = (timeZone: string) =>
      new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone }).format(message);
    travelTo('UTC');
    expect(said()).toEqual(['23:30', 'Yesterday', 'Yesterday', full('UTC'), 'Friday 27 November']);
    travelTo('Asia/Tokyo');
    expect(said()).toEqual(['08:30', 'Today', '08:30', full('Asia/Tokyo'), 'Saturday 28 November']);
  });

  it('of the browser’s language', () => {
    travelTo('UTC');
    speak('en-GB');
    expect([locale(), timeOf(message)]).toEqual(['en-GB', '23:30']);
    speak('de', 'en-US');
    expect([locale(), timeOf(message)]).toEqual(['en-US', expect.stringMatching(/^11:30\sPM$/)]);
    speak('en-US@posix', 'de-DE');
    expect([locale(), dayName(message, new Date('2026-12-20'))]).toEqual(['de-DE', 'Freitag, 27. November']);
    speak();
    expect(locale()).toBe('en');
  });

  it('by themselves, and render again only after a change', () => {
    speak('en-GB');
    travelTo('UTC');
    const drawn: string[] = [];
    const end = effect(() => {
      drawn.push(timeOf(message));
    });
    travelTo('UTC');
    travelTo('America/New_York');
    end();
    expect(drawn).toEqual(['23:30', '18:30']);
  });
});
