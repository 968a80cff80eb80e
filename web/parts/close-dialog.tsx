import { texts } from '../texts.ts';

interface Props {
  readonly close: () => void;
  readonly label?: string;
}

/** The only button below what a dialog shows, where nothing else is to be done with it. */
export function CloseDialog({ close, label = texts.close }: Props) {
  return (
    <div class="actions">
      <button type="button" onClick={close}>
        {label}
      </button>
    </div>
  );
}
