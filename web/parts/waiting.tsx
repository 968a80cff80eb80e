import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { texts } from '../texts.ts';

/** Most loading is faster than this and needs no text. */
const SHOWN_AFTER_MS = 700;
const FAILED_AFTER_MS = 10_000;

interface Props {
  /** The text after a failure. The loading goes on all the same. */
  readonly failed: string;
  readonly onAgain: () => void;
}

/** Takes the place of something that is loading. */
export function Waiting({ failed, onAgain }: Props) {
  const tries = useSignal(0);
  const shown = useSignal<'nothing' | 'loading' | 'failed'>('nothing');
  useEffect(() => {
    const timers = [
      setTimeout(() => (shown.value = 'loading'), SHOWN_AFTER_MS),
      setTimeout(() => (shown.value = 'failed'), FAILED_AFTER_MS),
    ];
    return () => timers.forEach(clearTimeout);
  }, [tries.value]);
  const hasFailed = shown.value === 'failed';
  return (
    <div class="nothing">
      <p role="status">{hasFailed ? failed : shown.value === 'loading' && texts.loading}</p>
      {hasFailed && (
        <button
          type="button"
          onClick={() => {
            // The button disappears.
            document.getElementById('main')?.focus();
            shown.value = 'loading';
            tries.value += 1;
            onAgain();
          }}
        >
          {texts.tryAgain}
        </button>
      )}
    </div>
  );
}
