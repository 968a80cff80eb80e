import type { Conversation } from '@parley/client';
import type { Signal } from '@preact/signals';
import { useFollowed } from '../../state/follow.ts';
import { texts } from '../../texts.ts';
import { MessageRows } from './message-rows.tsx';

const said = texts.conversation;

interface Props {
  readonly talk: Conversation;
  readonly username: string;
  readonly hasFailed: Signal<boolean>;
}

/**
 * Where the messages will be: the library goes on trying, so that they come by themselves when they can. What one writes
 * meanwhile is there already.
 */
export function Loading({ talk, username, hasFailed }: Props) {
  const unsent = useFollowed(talk.messages).filter(({ seq }) => seq === undefined);
  const again = () => {
    // The button goes with what it does.
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
          <p role="status">{hasFailed.value ? said.failed : said.loading}</p>
          {hasFailed.value && (
            <button type="button" onClick={again}>
              {texts.tryAgain}
            </button>
          )}
        </div>
        <ul>
          <MessageRows talk={talk} messages={unsent} username={username} />
        </ul>
      </div>
    </div>
  );
}
