import { computed, signal } from '@preact/signals';
import { texts } from '../texts.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Some systems report invalid language names, such as `en-US@posix`. */
const isLanguage = (name: string): boolean => {
  try {
    return Intl.getCanonicalLocales(name).length > 0;
  } catch {
    return false;
  }
};

/**
 * The reader's first language that matches the texts, such as `en-GB`, otherwise their first one. It decides formats of
 * times.
 */
function preferredLocale(): string {
  const languages = navigator.languages.filter(isLanguage);
  return languages.find((language) => language.startsWith(texts.language)) ?? languages[0] ?? texts.language;
}

/** Users may travel or change the browser's settings without reloading the page. */
const readZoneAndLocale = () => `${Intl.DateTimeFormat().resolvedOptions().timeZone} ${preferredLocale()}`;
const zoneAndLocale = signal(readZoneAndLocale());

/** Reads the time zone and the language again. Times on the screen follow. */
export function refreshLocale(): void {
  zoneAndLocale.value = readZoneAndLocale();
}

/** Created again after a change, because a format keeps its time zone. */
const formats = computed(() => {
  const [, locale = texts.language] = zoneAndLocale.value.split(' ');
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

// In the language of the texts, because it is part of a sentence.
const relative = new Intl.RelativeTimeFormat(texts.language, { numeric: 'auto' });

/** The language of the formatted times. */
export const locale = (): string => formats.value.locale;

const daysAgo = (date: Date, now: Date): number =>
  Math.round((startOf(now).getTime() - startOf(date).getTime()) / DAY_MS);

/** The start of the day in the reader's time zone. */
export const startOf = (date: Date): Date => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** `14:05` */
export const timeOf = (date: Date): string => formats.value.clock.format(date);

/** `Thursday 19 November 2026, 14:05` */
export const fullTime = (date: Date): string => formats.value.full.format(date);

/** `Today`, `Yesterday`, `Thursday 19 November`, or with the year if it is not this one. */
export function dayName(date: Date, now = new Date()): string {
  const { dayOfYear, dayAndYear } = formats.value;
  const days = daysAgo(date, now);
  if (days === 0) return texts.days.today;
  if (days === 1) return texts.days.yesterday;
  return (date.getFullYear() === now.getFullYear() ? dayOfYear : dayAndYear).format(date);
}

/** Short, for a list: `14:05`, `Yesterday`, `Thursday`, `3 Nov`, `03/11/2025`. */
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
