import { texts } from '../../texts.ts';

interface Props {
  readonly names: readonly string[];
  /** Which of them Enter takes. */
  readonly chosen: number;
  readonly onTake: (name: string) => void;
}

export const NAME_LIST = 'mention-names';
export const optionId = (i: number): string => `${NAME_LIST}-${i}`;

/** The names that the composer offers. The focus stays in its field. */
export function NameList({ names, chosen, onTake }: Props) {
  return (
    <div id={NAME_LIST} class="name-list" role="listbox" aria-label={texts.mentions.names}>
      {names.map((name, i) => (
        <button
          type="button"
          tabIndex={-1}
          key={name}
          id={optionId(i)}
          role="option"
          aria-selected={i === chosen}
          // Otherwise the field would lose the focus, and a phone its keyboard.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(name)}
        >
          <bdi>@{name}</bdi>
        </button>
      ))}
    </div>
  );
}
