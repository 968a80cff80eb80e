import { fullTime, locale } from '../state/times.ts';

interface Props {
  readonly at: Date;
  readonly format: (at: Date) => string;
}

/** A time in the reader's own manner; the whole of it on hovering. It follows their time zone and language by itself. */
export function Time({ at, format }: Props) {
  return (
    <time dateTime={at.toISOString()} title={fullTime(at)} lang={locale()} dir="auto">
      {format(at)}
    </time>
  );
}
