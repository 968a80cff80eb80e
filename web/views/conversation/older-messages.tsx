import type { Conversation } from '@parley/client';
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { connection } from '../../state/chat.ts';
import { useFollowed } from '../../state/follow.ts';
import { texts } from '../../texts.ts';

const said = texts.conversation;

/** A line that stands while the server does not answer: so often it is asked again. */
const AGAIN_MS = 5_000;

interface Props {
  readonly talk: Conversation;
  /** The reader is near the top. */
  readonly isWanted: ReadonlySignal<boolean>;
}

/** The place above the first message: loads what is before it when one comes near. */
export function OlderMessages({ talk, isWanted }: Props) {
  const hasFailed = useSignal(false);
  const messages = useFollowed(talk.messages);
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
  const isToTry = hasFailed.value && wanted && isOnline;
  useEffect(() => {
    if (!isToTry) return undefined;
    const timer = setTimeout(load, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isToTry]);

  return (
    <p class="older">
      {hasFailed.value ? (
        <>
          {said.olderFailed}{' '}
          <button
            type="button"
            onClick={({ currentTarget }) => {
              // The button goes with what it does.
              currentTarget.closest<HTMLElement>('[role=log]')?.focus();
              load();
            }}
          >
            {texts.tryAgain}
          </button>
        </>
      ) : (
        said.loadingOlder
      )}
    </p>
  );
}
