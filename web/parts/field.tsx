import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'email' | 'password';
  /** For the browser's and password managers' own filling in. */
  readonly autocomplete: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  /** What it begins with. */
  readonly value?: string | undefined;
  /** What stands in it, where the view keeps that; `onType` tells of what is typed. */
  readonly current?: string;
  readonly onType?: (value: string) => void;
  readonly focus?: boolean;
}

/** A field with its label, and what helps to fill it in, or what is wrong with it. */
export function Field({
  label,
  name,
  type = 'text',
  autocomplete,
  hint,
  error,
  value,
  current,
  onType,
  focus,
}: Props) {
  const id = useId();
  const description = error || hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        // Preact's types tell each kind of input apart; a union of kinds fits none of them.
        type={type as 'text'}
        autocomplete={autocomplete}
        {...(type !== 'text' || name === 'username' ? { autocapitalize: 'none', spellcheck: false } : {})}
        {...(value !== undefined && { defaultValue: value })}
        {...(current !== undefined && { value: current })}
        {...(onType && { onInput: ({ currentTarget }) => onType(currentTarget.value) })}
        aria-describedby={description ? `${id}-description` : undefined}
        aria-invalid={error ? 'true' : undefined}
        ref={(input) => {
          if (focus && input && !input.dataset.met) {
            input.dataset.met = 'yes';
            input.focus();
          }
        }}
      />
      {/* What is wrong says what is right as well. */}
      {description && (
        <p class={error ? 'error' : 'hint'} id={`${id}-description`}>
          {description}
        </p>
      )}
    </div>
  );
}
