import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'email' | 'password';
  /** For browsers and password managers. */
  readonly autocomplete: string;
  readonly hint?: string;
  /** So many can be seen. Absent: one, and no more than one. */
  readonly lines?: number;
  readonly error?: string | undefined;
  /** The initial value. */
  readonly value?: string | undefined;
  /** The current value, if the view holds it. `onType` reports changes. */
  readonly current?: string;
  readonly onType?: (value: string) => void;
  readonly focus?: boolean;
}

/** A field with its label and its hint or error. */
export function Field({
  label,
  name,
  type = 'text',
  autocomplete,
  hint,
  lines,
  error,
  value,
  current,
  onType,
  focus,
}: Props) {
  const id = useId();
  const description = error || hint;
  const described = {
    'aria-describedby': description ? `${id}-description` : undefined,
    'aria-invalid': error ? ('true' as const) : undefined,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {lines ? (
        <textarea id={id} name={name} rows={lines} dir="auto" defaultValue={value ?? ''} {...described} />
      ) : (
        <input
          id={id}
          name={name}
          // Preact has a type for each kind of input, and a union of kinds fits none of them.
          type={type as 'text'}
          autocomplete={autocomplete}
          {...(type !== 'text' || name === 'username' ? { autocapitalize: 'none', spellcheck: false } : {})}
          {...(value !== undefined && { defaultValue: value })}
          {...(current !== undefined && { value: current })}
          {...(onType && { onInput: ({ currentTarget }) => onType(currentTarget.value) })}
          {...described}
          ref={(input) => {
            if (focus && input && !input.dataset.focused) {
              input.dataset.focused = 'yes';
              input.focus();
            }
          }}
        />
      )}
      {/* An error replaces the hint, because it also says what is right. */}
      {description && (
        <p class={error ? 'error' : 'hint'} id={`${id}-description`}>
          {description}
        </p>
      )}
    </div>
  );
}
