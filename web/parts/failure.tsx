import { signal } from '@preact/signals';
import { errorText } from '../state/error-texts.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

const failure = signal('');

/** Does what a menu offers. If it fails, the page says so. */
export function attempt(work: () => Promise<unknown>): void {
  failure.value = '';
  work().catch((reason: unknown) => {
    failure.value = errorText(reason);
  });
}

/** Why the last attempt has failed, over the view. */
export function Failure() {
  return (
    failure.value && (
      <div class="connection failed" role="alert">
        {failure.value}
        <button
          type="button"
          class="plain"
          aria-label={texts.close}
          onClick={() => {
            // The button disappears.
            document.getElementById('main')?.focus();
            failure.value = '';
          }}
        >
          <Icon name="close" />
        </button>
      </div>
    )
  );
}
