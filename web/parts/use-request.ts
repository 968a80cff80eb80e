import { useSignal } from '@preact/signals';
import { errorText } from '../state/error-texts.ts';

/** The state of a request that a button sends, one at a time. */
export function useRequest(send: () => Promise<unknown>) {
  const isBusy = useSignal(false);
  const error = useSignal<string | undefined>(undefined);
  const run = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    error.value = undefined;
    try {
      await send();
    } catch (failure) {
      error.value = errorText(failure);
    }
    isBusy.value = false;
  };
  return { run: () => void run(), isBusy, error };
}
