import type { Conversation, Message } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';
import { connection } from '../../state/chat.ts';

/**
 * The message with a `seq`, as it is now. Null if there is none, undefined as long as that is unknown. Renders again
 * only if this message changes, because many of them may be shown at once.
 */
export function useMessageAt(talk: Conversation, seq: number): Message | null | undefined {
  const [message, setMessage] = useState(
    () => loadedAt(talk.messages.value, seq) as Message | null | undefined,
  );
  useEffect(
    () =>
      talk.messages.subscribe((messages) => {
        const loaded = loadedAt(messages, seq);
        if (loaded) setMessage(loaded);
      }),
    [talk, seq],
  );

  // Without a connection, the next one asks.
  const isWanted = message === undefined && connection.value === 'online';
  useEffect(() => {
    if (!isWanted) return undefined;
    let isCurrent = true;
    talk.messageAt(seq).then(
      (found) => isCurrent && setMessage((known) => known ?? found ?? null),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [isWanted, talk, seq]);
  return message;
}

/** The log has no gap, so the place follows from the first `seq`. */
function loadedAt(messages: readonly Message[], seq: number): Message | undefined {
  const at = messages[seq - (messages[0]?.seq ?? seq + 1)];
  return at?.seq === seq ? at : undefined;
}
