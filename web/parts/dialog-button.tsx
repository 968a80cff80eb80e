import { useSignal } from '@preact/signals';
import type { ComponentChildren, RefObject } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface DialogProps {
  readonly title: string;
  /** What will happen, a paragraph each. */
  readonly effects: readonly string[];
  readonly children: (close: () => void) => ComponentChildren;
}

interface Props extends DialogProps {
  readonly label: string;
  /** In place of the label, which then is read only. */
  readonly icon?: Parameters<typeof Icon>[0]['name'] | undefined;
}

/** A button with a dialog that says what it does, and asks before it does it. */
export function DialogButton({ label, icon, ...shown }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = () => dialog.current?.showModal();
  return (
    <>
      <Opener label={label} icon={icon} onClick={open} />
      <Dialog dialog={dialog} {...shown} />
    </>
  );
}

/** Such a dialog without a button. It is open as long as it is there. */
export function OpenDialog({ onClose, ...shown }: DialogProps & { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return <Dialog dialog={dialog} onClose={onClose} {...shown} />;
}

/** A button with such a dialog, whose contents begin anew each time that it opens. */
export function FreshDialogButton({ label, icon, look, ...shown }: Props & Pick<OpenerProps, 'look'>) {
  const isOpen = useSignal(false);
  const open = () => {
    isOpen.value = true;
  };
  return (
    <>
      <Opener label={label} icon={icon} look={look} tip={label} onClick={open} />
      {isOpen.value && (
        <OpenDialog
          onClose={() => {
            isOpen.value = false;
          }}
          {...shown}
        />
      )}
    </>
  );
}

interface OpenerProps extends Pick<Props, 'label' | 'icon'> {
  /** Classes of a button with an icon. */
  readonly look?: string | undefined;
  readonly tip?: string | undefined;
  readonly onClick: () => void;
}

function Opener({ label, icon, look = 'plain block', tip, onClick }: OpenerProps) {
  return icon ? (
    <button type="button" class={look} aria-label={label} title={tip} onClick={onClick}>
      <Icon name={icon} />
    </button>
  ) : (
    <button type="button" onClick={onClick}>
      {label}
    </button>
  );
}

interface OwnDialogProps extends DialogProps {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly onClose?: () => void;
}

function Dialog({ dialog, onClose, title, effects, children }: OwnDialogProps) {
  const id = useId();
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={effects.length > 0 ? `${id}-effects` : undefined}
      {...(onClose && { onClose })}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      {effects.length > 0 && (
        <div id={`${id}-effects`}>
          {effects.map((effect) => (
            <p key={effect}>{effect}</p>
          ))}
        </div>
      )}
      {children(() => dialog.current?.close())}
    </dialog>
  );
}
