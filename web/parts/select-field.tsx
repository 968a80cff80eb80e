import { useId } from 'preact/hooks';

interface Props<Name extends string> {
  readonly label: string;
  /** Of a form. */
  readonly name?: string;
  /** The text of each choice. */
  readonly options: Readonly<Record<Name, string>>;
  readonly value?: Name;
  readonly isBusy?: boolean;
  /** If a choice is saved at once. */
  readonly onChange?: (chosen: Name) => void;
}

/** A choice with its label. */
export function SelectField<Name extends string>({ label, ...select }: Props<Name>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <Select id={id} {...select} />
    </div>
  );
}

/** The same, whose label is only read. */
export function Select<Name extends string>({
  id,
  label,
  name,
  options,
  value,
  isBusy = false,
  onChange,
}: Omit<Props<Name>, 'label'> & { readonly id?: string; readonly label?: string }) {
  return (
    <select
      id={id}
      name={name}
      aria-label={label}
      value={value}
      aria-disabled={isBusy}
      {...(onChange && {
        onChange: ({ currentTarget }) => {
          const next = currentTarget.value as Name;
          // It shows what the server has, until that has changed it.
          currentTarget.value = value ?? next;
          onChange(next);
        },
      })}
    >
      {Object.entries<string>(options).map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  );
}
