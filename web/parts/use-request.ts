import { useSignal } from '@preact/signals';
import { errorText } from '../state/error-texts.ts';

/** The state of a request that a button sends, one at a time. */
export function useRequest<A extends unknown[]>(send: (...args: A) => Promise<unknown>) {
  const isBusy = useSignal(false);
  const error = useSignal<string | undefined>(undefined);
  const run = async (...args: A) => {
    if (isBusy.value) return;
    isBusy.value = true;
    error.value = undefined;
    try {
      await send(...args);
    } catch (failure) {
      error.value = errorText(failure);
    }
    isBusy.value = false;
  };
  return { run: (...args: A) => void run(...args), isBusy, error };
}
