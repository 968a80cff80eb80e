import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly hint: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isOn: boolean) => unknown;
}

/** A setting that is saved at once. The box shows the saved value. */
export function Switch({ label, hint, isOn, isDisabled = false, onChange }: Props) {
  const id = useId();
  /** Renders again after each attempt: the browser has changed the box, even if the attempt failed. */
  const tries = useSignal(0);
  return (
    <div class="switch" data-tries={tries.value}>
      <input
        id={id}
        type="checkbox"
        checked={isOn}
        disabled={isDisabled}
        aria-describedby={`${id}-hint`}
        onChange={async (event) => {
          const input = event.currentTarget;
          await onChange(input.checked);
          tries.value += 1;
        }}
      />
      <label for={id}>{label}</label>
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}
