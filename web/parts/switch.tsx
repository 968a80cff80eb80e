import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly hint: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isOn: boolean) => unknown;
}

/** A setting that holds as soon as it is set; the box shows what holds, not what was asked for. */
export function Switch({ label, hint, isOn, isDisabled = false, onChange }: Props) {
  const id = useId();
  /** Drawn anew after each try: the browser has moved the box by then, whatever became of the try. */
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
