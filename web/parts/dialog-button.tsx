import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface Props {
  readonly label: string;
  /** In place of the label, which then is read only. */
  readonly icon?: Parameters<typeof Icon>[0]['name'];
  readonly title: string;
  /** What will happen, a paragraph each. */
  readonly effects: readonly string[];
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button with a dialog that says what it does, and asks before it does it. */
export function DialogButton({ label, icon, title, effects, children }: Props) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = () => dialog.current?.showModal();
  return (
    <>
      {icon ? (
        <button type="button" class="plain block" aria-label={label} onClick={open}>
          <Icon name={icon} />
        </button>
      ) : (
        <button type="button" onClick={open}>
          {label}
        </button>
      )}
      <dialog ref={dialog} aria-labelledby={`${id}-title`} aria-describedby={`${id}-effects`}>
        <h2 id={`${id}-title`}>{title}</h2>
        <div id={`${id}-effects`}>
          {effects.map((effect) => (
            <p key={effect}>{effect}</p>
          ))}
        </div>
        {children(() => dialog.current?.close())}
      </dialog>
    </>
  );
}
