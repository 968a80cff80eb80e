import type { Conversation } from '@parley/client';
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { connection, useObservable } from '../../state/chat.ts';
import { texts } from '../../texts.ts';

const words = texts.conversation;

/** The pause between attempts while there is a connection but no answer. */
const AGAIN_MS = 5_000;

interface Props {
  readonly talk: Conversation;
  /** The user has scrolled near the top. */
  readonly isWanted: ReadonlySignal<boolean>;
}

/** Loads older messages when the user scrolls near the first one. */
export function OlderMessages({ talk, isWanted }: Props) {
  const hasFailed = useSignal(false);
  const messages = useObservable(talk.messages);
  const wanted = isWanted.value;
  const isOnline = connection.value === 'online';

  const load = () => {
    hasFailed.value = false;
    talk.loadOlder().catch(() => {
      hasFailed.value = true;
    });
  };
  useEffect(() => {
    if (wanted) load();
  }, [wanted, isOnline, messages[0]?.key]);
  const shouldRetry = hasFailed.value && wanted && isOnline;
  useEffect(() => {
    if (!shouldRetry) return undefined;
    const timer = setTimeout(load, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [shouldRetry]);

  return (
    <p class="older">
      {hasFailed.value ? (
        <>
          {words.olderFailed}{' '}
          <button
            type="button"
            onClick={({ currentTarget }) => {
              // The button disappears.
              currentTarget.closest<HTMLElement>('[role=log]')?.focus();
              load();
            }}
          >
            {texts.tryAgain}
          </button>
        </>
      ) : (
        words.loadingOlder
      )}
    </p>
  );
}
