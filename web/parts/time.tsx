import { fullTime, locale } from '../state/times.ts';

/** A time in the reader's own manner; the whole of it on hovering. */
export function Time({ at, shown }: { readonly at: Date; readonly shown: string }) {
  return (
    <time dateTime={at.toISOString()} title={fullTime(at)} lang={locale} dir="auto">
      {shown}
    </time>
  );
}
