import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client, connection } from '../state/chat.ts';
import { texts } from '../texts.ts';

/** A line that was cut is mostly back before anybody needs to know. */
const SAID_AFTER_MS = 1_500;
const BACK_SAID_MS = 4_000;

/** Says when the page is cut off, and when it is back. What passes lies over the view; what lasts takes room of its own. */
export function ConnectionLine() {
  const said = useSignal<'nothing' | 'away' | 'back'>('nothing');
  /** A try has failed: that is more than a connection that is just being made. */
  const hasFailed = useSignal(false);
  /** Who has not been there before is not back. */
  const wasOnline = useRef(false);
  const state = connection.value;
  const isAway = state === 'connecting' || state === 'waiting';

  useEffect(() => {
    if (state === 'waiting') hasFailed.value = true;
    if (state === 'online' || state === 'off') hasFailed.value = false;
  }, [state, hasFailed]);

  useEffect(() => {
    const isBack = said.value === 'away' && wasOnline.current && state === 'online';
    if (!isAway) said.value = isBack ? 'back' : 'nothing';
    if (state === 'online') wasOnline.current = true;
    const timer = setTimeout(
      () => {
        said.value = isAway ? 'away' : 'nothing';
      },
      isAway ? SAID_AFTER_MS : BACK_SAID_MS,
    );
    return () => clearTimeout(timer);
  }, [isAway, said]);

  const isOffline = said.value === 'away' && hasFailed.value;
  return (
    <div class={`connection ${isOffline ? 'offline' : said.value}`} role="status">
      {said.value === 'back' && texts.connection.back}
      {said.value === 'away' && !isOffline && texts.connection.connecting}
      {isOffline && (
        <>
          {texts.connection.offline}{' '}
          <button
            type="button"
            onClick={() => {
              // The button goes when the line is back.
              document.getElementById('main')?.focus();
              hasFailed.value = false;
              client.reconnect();
            }}
          >
            {texts.connection.tryNow}
          </button>
        </>
      )}
    </div>
  );
}
