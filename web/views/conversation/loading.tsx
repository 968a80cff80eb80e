import type { Conversation } from '@parley/client';
import type { Signal } from '@preact/signals';
import { useObservable } from '../../state/chat.ts';
import { texts } from '../../texts.ts';
import { MessageRows } from './message-rows.tsx';
import type { Names } from './names.ts';

const words = texts.conversation;

interface Props {
  readonly talk: Conversation;
  readonly names: Names;
  readonly hasFailed: Signal<boolean>;
}

/**
 * Shown until the messages are loaded. The library keeps trying, so they appear by themselves. Messages that the user
 * sends meanwhile are shown already.
 */
export function Loading({ talk, names, hasFailed }: Props) {
  const unsent = useObservable(talk.messages).filter(({ seq }) => seq === undefined);
  const again = () => {
    // The button disappears.
    document.getElementById('main')?.focus();
    hasFailed.value = false;
    talk.loadOlder().catch(() => {
      hasFailed.value = true;
    });
  };
  return (
    <div class="log-frame">
      <div class="log">
        <div class="nothing">
          <p role="status">{hasFailed.value ? words.failed : words.loading}</p>
          {hasFailed.value && (
            <button type="button" onClick={again}>
              {texts.tryAgain}
            </button>
          )}
        </div>
        <ul>
          <MessageRows talk={talk} messages={unsent} names={names} />
        </ul>
      </div>
    </div>
  );
}
