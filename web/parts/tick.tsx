import type { MessageState } from '@parley/client';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

const icons = {
  sending: 'clock',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
  failed: 'warning',
} as const;

/** How far an own message came: told apart by shape and colour, and in words. */
export function Tick({ state }: { readonly state: Exclude<MessageState, 'received'> }) {
  const words = texts.conversation.states[state];
  return (
    <span class={`tick ${state}`} title={words}>
      <Icon name={icons[state]} />
      <span class="unseen">{words}</span>
    </span>
  );
}
