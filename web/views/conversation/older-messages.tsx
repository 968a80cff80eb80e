import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Conversation } from '../../../client/index.ts';
import { connection } from '../../state/chat.ts';
import { useFollowed } from '../../state/follow.ts';
import { texts } from '../../texts.ts';

const said = texts.conversation;

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
            {said.tryAgain}
          </button>
        </>
      ) : (
        said.loadingOlder
      )}
    </p>
  );
}
