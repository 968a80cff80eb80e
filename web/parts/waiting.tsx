import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { texts } from '../texts.ts';

/** What comes within this needs no word. */
const SAID_AFTER_MS = 700;
const FAILED_AFTER_MS = 10_000;

interface Props {
  /** What to say when it does not come. It is tried on all the while. */
  readonly failed: string;
  readonly onAgain: () => void;
}

/** Stands where something will be, as long as it is not there. */
export function Waiting({ failed, onAgain }: Props) {
  const tries = useSignal(0);
  const said = useSignal<'nothing' | 'loading' | 'failed'>('nothing');
  useEffect(() => {
    const timers = [
      setTimeout(() => (said.value = 'loading'), SAID_AFTER_MS),
      setTimeout(() => (said.value = 'failed'), FAILED_AFTER_MS),
    ];
    return () => timers.forEach(clearTimeout);
  }, [tries.value]);
  const hasFailed = said.value === 'failed';
  return (
    <div class="nothing">
      <p role="status">{hasFailed ? failed : said.value === 'loading' && texts.loading}</p>
      {hasFailed && (
        <button
          type="button"
          onClick={() => {
            // The button goes with what it does.
            document.getElementById('main')?.focus();
            said.value = 'loading';
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
