import { computed, signal } from '@preact/signals';
import { texts } from '../texts.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Some systems' names of languages are none (`en-US@posix`). */
const isLanguage = (name: string): boolean => {
  try {
    return Intl.getCanonicalLocales(name).length > 0;
  } catch {
    return false;
  }
};

/** Of the reader's languages the first one that the texts are in, for its hours and order of day and month; else their first. */
function preferredLocale(): string {
  const languages = navigator.languages.filter(isLanguage);
  return languages.find((language) => language.startsWith(texts.language)) ?? languages[0] ?? texts.language;
}

/** Who travels, or changes the settings of the browser, does not load the page anew. */
const readSurroundings = () => `${Intl.DateTimeFormat().resolvedOptions().timeZone} ${preferredLocale()}`;
const surroundings = signal(readSurroundings());

/** Looks again for the reader's time zone and language: what is written by them is then drawn anew. */
export function renewSurroundings(): void {
  surroundings.value = readSurroundings();
}

/** A format keeps the time zone in which it was made. */
const formats = computed(() => {
  const [, locale = texts.language] = surroundings.value.split(' ');
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  return {
    locale,
    clock: format({ timeStyle: 'short' }),
    weekday: format({ weekday: 'long' }),
    dayOfYear: format({ weekday: 'long', day: 'numeric', month: 'long' }),
    dayAndYear: format({ dateStyle: 'full' }),
    shortDay: format({ day: 'numeric', month: 'short' }),
    shortYear: format({ dateStyle: 'short' }),
    full: format({ dateStyle: 'full', timeStyle: 'short' }),
  };
});

// It stands within a sentence of the texts.
const relative = new Intl.RelativeTimeFormat(texts.language, { numeric: 'auto' });

/** The language of what these functions return. */
export const locale = (): string => formats.value.locale;

const daysAgo = (date: Date, now: Date): number =>
  Math.round((startOf(now).getTime() - startOf(date).getTime()) / DAY_MS);

/** The beginning of the day, in the reader's own time zone. */
export const startOf = (date: Date): Date => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** `14:05` */
export const timeOf = (date: Date): string => formats.value.clock.format(date);

/** `Thursday 19 November 2026, 14:05` */
export const fullTime = (date: Date): string => formats.value.full.format(date);

/** `Today`, `Yesterday`, `Thursday 19 November`, and with the year when it is another one. */
export function dayName(date: Date, now = new Date()): string {
  const { dayOfYear, dayAndYear } = formats.value;
  const days = daysAgo(date, now);
  if (days === 0) return texts.days.today;
  if (days === 1) return texts.days.yesterday;
  return (date.getFullYear() === now.getFullYear() ? dayOfYear : dayAndYear).format(date);
}

/** As short as a list has room for: `14:05`, `Yesterday`, `Thursday`, `3 Nov`, `03/11/2025`. */
export function briefly(date: Date, now = new Date()): string {
  const { weekday, shortDay, shortYear } = formats.value;
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
