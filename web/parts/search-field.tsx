import type { RefObject } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly field: RefObject<HTMLInputElement | null>;
  /** Gets the text without white space around it. */
  readonly onSearch: (text: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/** A field that searches while its user writes. Names are written as they are, so nothing corrects them. */
export function SearchField({ label, field, onSearch, onKeyDown }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        ref={field}
        type="search"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => onSearch(currentTarget.value.trim())}
        {...(onKeyDown && { onKeyDown })}
      />
    </div>
  );
}
