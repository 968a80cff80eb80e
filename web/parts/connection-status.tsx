import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client, connection } from '../state/chat.ts';
import { texts } from '../texts.ts';

/** Most interruptions are shorter than this and are not shown. */
const SHOWN_AFTER_MS = 1_500;
const BACK_SHOWN_MS = 4_000;

/**
 * Shows that the page is offline, or back online. A short status covers the view, a lasting one takes its own space.
 */
export function ConnectionStatus() {
  const shown = useSignal<'nothing' | 'away' | 'back'>('nothing');
  /** An attempt has failed, so this is more than the first connecting. */
  const hasFailed = useSignal(false);
  /** Without a first connection there is no “back online”. */
  const wasOnline = useRef(false);
  const state = connection.value;
  const isAway = state === 'connecting' || state === 'waiting';

  useEffect(() => {
    if (state === 'waiting') hasFailed.value = true;
    if (state === 'online' || state === 'off' || state === 'replaced') hasFailed.value = false;
  }, [state, hasFailed]);

  useEffect(() => {
    const isBack = shown.value === 'away' && wasOnline.current && state === 'online';
    if (!isAway) shown.value = isBack ? 'back' : 'nothing';
    if (state === 'online') wasOnline.current = true;
    const timer = setTimeout(
      () => {
        shown.value = isAway ? 'away' : 'nothing';
      },
      isAway ? SHOWN_AFTER_MS : BACK_SHOWN_MS,
    );
    return () => clearTimeout(timer);
  }, [isAway, shown]);

  if (state === 'replaced') return <Replaced />;
  const isOffline = shown.value === 'away' && hasFailed.value;
  return (
    <div class={`connection ${isOffline ? 'offline' : shown.value}`} role="status">
      {shown.value === 'back' && texts.connection.back}
      {shown.value === 'away' && !isOffline && texts.connection.connecting}
      {isOffline && (
        <>
          {texts.connection.offline}{' '}
          <ConnectNow label={texts.connection.tryNow} onClick={() => (hasFailed.value = false)} />
        </>
      )}
    </div>
  );
}

/** Another device of the account has taken the connection, so this page does not try by itself. */
function Replaced() {
  return (
    <div class="connection offline" role="status">
      {texts.connection.replaced} <ConnectNow label={texts.connection.connectHere} />
    </div>
  );
}

function ConnectNow({ label, onClick }: { label: string; onClick?: () => void }) {
  return (
    <button
      type="button"
      onClick={() => {
        // The button disappears when the connection is back.
        document.getElementById('main')?.focus();
        onClick?.();
        client.reconnect();
      }}
    >
      {label}
    </button>
  );
}
