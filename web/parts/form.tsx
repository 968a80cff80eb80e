import { useSignal } from '@preact/signals';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { errorText, fieldErrorTexts } from '../state/error-texts.ts';
import { texts } from '../texts.ts';

export type FieldErrors = Readonly<Record<string, string>>;

/** If the server takes longer than this, the form says so. */
const SLOW_MS = 500;

interface Props {
  readonly submit: string;
  /** Rejects with the server's error. */
  readonly onSubmit: (values: Readonly<Record<string, string>>) => Promise<unknown>;
  /** Renders the fields with their errors. */
  readonly children: (faults: FieldErrors) => ComponentChildren;
  /** The names of the fields. The error of any other field is shown above them. */
  readonly fields: readonly string[];
  /** Shown after success, if the view stays. */
  readonly done?: string;
}

/** A form that shows the server's errors at each field and above them all. */
export function Form({ submit, onSubmit, children, fields, done }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const isBusy = useSignal(false);
  const isSlow = useSignal(false);
  const isDone = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const given = useSignal<Readonly<Record<string, string>>>({});
  const errors = error.value ? fieldErrorTexts(error.value, given.value) : {};
  const isElsewhere = Object.keys(errors).some((field) => !fields.includes(field));

  const send = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    isDone.value = false;
    error.value = undefined;
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
    } catch (reason) {
      error.value = reason;
      // After the errors are rendered, the first of these fields gets the focus.
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
        // The fields no longer hold what was saved.
        isDone.value = false;
      }}
    >
      {error.value !== undefined && (
        <p class="refusal" role="alert">
          {errorText(error.value)}
          {isElsewhere &&
            ` ${Object.entries(errors)
              .map(([field, text]) => `${field}: ${text}`)
              .join(' ')}`}
        </p>
      )}
      {children(errors)}
      <div class="actions">
        <button type="submit" class="main" aria-disabled={isBusy.value}>
          {submit}
        </button>
        <span role="status">{isSlow.value ? texts.slow : isDone.value && done}</span>
      </div>
    </form>
  );
}
