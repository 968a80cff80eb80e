import type { MessageState } from '@parley/client';
import { fullTime, locale } from '../state/times.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

const icons = {
  sending: 'clock',
  changing: 'clock',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
  failed: 'warning',
} as const;

/** The state of an own message: by shape, by colour and as text. */
export function Tick({ state }: { readonly state: Exclude<MessageState, 'received'> }) {
  const text = texts.conversation.states[state];
  return (
    <span class={`tick ${state}`} title={text}>
      <Icon name={icons[state]} />
      <span class="unseen">{text}</span>
    </span>
  );
}

interface TimeProps {
  readonly at: Date;
  readonly format: (at: Date) => string;
}

/** A time in the reader's format, with the full time on hover. It follows their time zone and language. */
export function Time({ at, format }: TimeProps) {
  return (
    <time dateTime={at.toISOString()} title={fullTime(at)} lang={locale()} dir="auto">
      {format(at)}
    </time>
  );
}

/** Stands beside the time of an edited message. */
export function Edited({ at }: { readonly at: Date }) {
  return <span title={texts.changes.editedAt(fullTime(at))}>{texts.changes.edited}</span>;
}
