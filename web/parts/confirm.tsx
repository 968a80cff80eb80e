import { useRequest } from './use-request.ts';

interface Props {
  readonly cancel: string;
  readonly submit: string;
  /** What the second button does. */
  readonly send: () => Promise<unknown>;
  /** Closes the dialog. */
  readonly close: () => void;
}

/** The two answers of a dialog that asks. The first one changes nothing and has the focus, because the other one may not be undone. */
export function Confirm({ cancel, submit, send, close }: Props) {
  const { run, isBusy, error } = useRequest(send);
  return (
    <>
      {error.value && (
        <p class="error" role="alert">
          {error.value}
        </p>
      )}
      <div class="actions">
        <button type="button" class="main" onClick={close}>
          {cancel}
        </button>
        <button type="button" aria-disabled={isBusy.value} onClick={run}>
          {submit}
        </button>
      </div>
    </>
  );
}
