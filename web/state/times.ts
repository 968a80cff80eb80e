import { texts } from '../texts.ts';

/** Some systems' names of languages are none (`en-US@posix`). */
const languages = navigator.languages.filter((language) => {
  try {
    return Intl.getCanonicalLocales(language).length > 0;
  } catch {
    return false;
  }
});

/** Of the reader's languages the first one that the texts are in, for its hours and order of day and month; else their first. */
export const locale =
  languages.find((language) => language.startsWith(texts.language)) ?? languages[0] ?? texts.language;

const DAY_MS = 24 * 60 * 60_000;

const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
const dayOfYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });
const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const shortYear = new Intl.DateTimeFormat(locale, { dateStyle: 'short' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
// It stands within a sentence of the texts.
const relative = new Intl.RelativeTimeFormat(texts.language, { numeric: 'auto' });

const daysAgo = (date: Date, now: Date): number =>
  Math.round((startOf(now).getTime() - startOf(date).getTime()) / DAY_MS);

/** The beginning of the day, in the reader's own time zone. */
export const startOf = (date: Date): Date => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** `14:05` */
export const timeOf = (date: Date): string => clock.format(date);

/** `Thursday 19 November 2026, 14:05` */
export const fullTime = (date: Date): string => full.format(date);

/** `Today`, `Yesterday`, `Thursday 19 November`, and with the year when it is another one. */
export function dayName(date: Date, now = new Date()): string {
  const days = daysAgo(date, now);
  if (days === 0) return texts.days.today;
  if (days === 1) return texts.days.yesterday;
  return (date.getFullYear() === now.getFullYear() ? dayOfYear : dayAndYear).format(date);
}

/** As short as a list has room for: `14:05`, `Yesterday`, `Thursday`, `3 Nov`, `03/11/2025`. */
export function briefly(date: Date, now = new Date()): string {
  const days = daysAgo(date, now);
  if (days <= 0) return timeOf(date);
  if (days === 1) return texts.days.yesterday;
  if (days < 7) return weekday.format(date);
  return (date.getFullYear() === now.getFullYear() ? shortDay : shortYear).format(date);
}

/** `just now`, `5 minutes ago`, `yesterday` */
export function ago(date: Date, now = new Date()): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - date.getTime()) / 60_000));
  if (minutes < 1) return texts.justNow;
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  return relative.format(-Math.max(1, daysAgo(date, now)), 'day');
}

/** `in 3 minutes` */
export function inSeconds(seconds: number): string {
  return seconds < 60
    ? relative.format(seconds, 'second')
    : relative.format(Math.ceil(seconds / 60), 'minute');
}
