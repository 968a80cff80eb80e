import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Conversation } from '../../../client/index.ts';
import { connection } from '../../state/chat.ts';
import { useFollowed } from '../../state/follow.ts';
import { texts } from '../../texts.ts';
import { MessageRows } from './message-rows.tsx';

const said = texts.conversation;

/** A line that stands while the server does not answer: so often it is asked again. */
const AGAIN_MS = 5_000;

interface Props {
  readonly talk: Conversation;
  readonly username: string;
  readonly hasFailed: Signal<boolean>;
}

/**
 * Where the messages will be: without a connection they come by themselves when there is one. What one writes meanwhile is
 * there already.
 */
export function Loading({ talk, username, hasFailed }: Props) {
  const unsent = useFollowed(talk.messages).filter(({ seq }) => seq === undefined);
  const load = () =>
    talk.loadOlder().catch(() => {
      hasFailed.value = true;
    });
  const again = () => {
    // The button goes with what it does.
    document.getElementById('main')?.focus();
    hasFailed.value = false;
    void load();
  };
  const isToTry = hasFailed.value && connection.value === 'online';
  useEffect(() => {
    if (!isToTry) return undefined;
    const timer = setInterval(load, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isToTry, talk]);
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
