import { useSignal } from '@preact/signals';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { fieldWords, words } from '../state/refusals.ts';
import { texts } from '../texts.ts';

export type Faults = Readonly<Record<string, string>>;

/** A server that takes longer than this is waited for in words. */
const SLOW_MS = 500;

interface Props {
  readonly submit: string;
  /** Rejects with what the server refused. */
  readonly onSubmit: (values: Readonly<Record<string, string>>) => Promise<unknown>;
  /** The fields, given what is wrong with each. */
  readonly children: (faults: Faults) => ComponentChildren;
  /** The fields that the form has: what is wrong with another one is said above. */
  readonly fields: readonly string[];
  /** Said after it went well, where the view stays. */
  readonly done?: string;
}

/** Sends fields, and says what the server found: at each field, and above them all. */
export function Form({ submit, onSubmit, children, fields, done }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const isBusy = useSignal(false);
  const isSlow = useSignal(false);
  const isDone = useSignal(false);
  const refusal = useSignal<unknown>(undefined);
  const given = useSignal<Readonly<Record<string, string>>>({});
  const faults = refusal.value ? fieldWords(refusal.value, given.value) : {};
  const isElsewhere = Object.keys(faults).some((field) => !fields.includes(field));

  const send = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    isDone.value = false;
    refusal.value = undefined;
    const values = Object.fromEntries(
      [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]),
    );
    given.value = values;
    const slow = setTimeout(() => {
      isSlow.value = true;
    }, SLOW_MS);
    try {
      await onSubmit(values);
      isDone.value = true;
    } catch (error) {
      refusal.value = error;
      // After the faults are drawn: the first of them is where one goes on.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
    } finally {
      clearTimeout(slow);
      isBusy.value = isSlow.value = false;
    }
  };

  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={send}
      onInput={() => {
        // What is changed now is not what was saved.
        isDone.value = false;
      }}
    >
      {refusal.value !== undefined && (
        <p class="refusal" role="alert">
          {words(refusal.value)}
          {isElsewhere &&
            ` ${Object.entries(faults)
              .map(([field, said]) => `${field}: ${said}`)
              .join(' ')}`}
        </p>
      )}
      {children(faults)}
      <div class="actions">
        <button type="submit" class="main" aria-disabled={isBusy.value}>
          {submit}
        </button>
        <span role="status">{isSlow.value ? texts.slow : isDone.value && done}</span>
      </div>
    </form>
  );
}
