import type { TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface MenuItem {
  readonly label: string;
  readonly onChoose: () => void;
}

/** One of several that stand side by side, above the items. Each is chosen or not. */
export interface MenuPick extends MenuItem {
  readonly isChecked: boolean;
}

interface Props {
  readonly label: string;
  readonly picks?: { readonly label: string; readonly list: readonly MenuPick[] } | undefined;
  readonly items: readonly MenuItem[];
  /** The button that it belongs to. It gets the focus back. */
  readonly button: HTMLElement;
  readonly onClose: () => void;
}

/** The distance to the button, and to the edges of the window. */
const GAP_PX = 4;
const EDGE_PX = 8;

/** A menu beside its button. It is open as long as it is there, and lies above everything else. */
export function Menu({ label, picks, items, button, onClose }: Props) {
  const menu = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    // Not closed by the browser: the end of a long press counts as a click outside.
    menu.current?.showPopover();
    place(menu.current, button);
    menu.current?.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
  }, [button]);
  useLayoutEffect(() => place(menu.current, button));
  // Not after the next paint: the listeners of a closed menu would close one that opens before.
  useLayoutEffect(() => {
    const follow = () => place(menu.current, button);
    const isOutside = (target: EventTarget | null) =>
      target instanceof Node && !menu.current?.contains(target) && !button.contains(target);
    const leave = ({ target }: Event) => {
      if (isOutside(target)) onClose();
    };
    // The list may scroll below the menu when a message comes.
    document.addEventListener('scroll', follow, true);
    addEventListener('resize', follow);
    document.addEventListener('pointerdown', leave, true);
    document.addEventListener('focusin', leave);
    return () => {
      document.removeEventListener('scroll', follow, true);
      removeEventListener('resize', follow);
      document.removeEventListener('pointerdown', leave, true);
      document.removeEventListener('focusin', leave);
    };
  }, [button, onClose]);

  const close = () => {
    button.focus({ preventScroll: true });
    onClose();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    // The next tab stop is the one after the button.
    if (event.key === 'Tab') return close();
    if (event.key === 'Escape') close();
    else if (!toItem(event.currentTarget, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const choose = ({ onChoose }: MenuItem) => {
    close();
    onChoose();
  };
  return (
    <div
      ref={menu}
      class="menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      popover="manual"
      onKeyDown={onKeyDown}
    >
      {picks && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset belongs to a form.
        <div class="picks" role="group" aria-label={picks.label}>
          {picks.list.map((pick) => (
            <button
              key={pick.label}
              type="button"
              role="menuitemcheckbox"
              aria-checked={pick.isChecked}
              tabIndex={-1}
              onClick={() => choose(pick)}
            >
              {pick.label}
            </button>
          ))}
        </div>
      )}
      {items.map((item) => (
        <button key={item.label} type="button" role="menuitem" tabIndex={-1} onClick={() => choose(item)}>
          {item.label}
        </button>
      ))}
    </div>
  );
}

/** Below the button, or above it if there is more room. */
function place(menu: HTMLElement | null, button: HTMLElement): void {
  if (!menu) return;
  const { top, bottom, left } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const lowest = innerHeight - height - EDGE_PX;
  const y = bottom + GAP_PX <= lowest ? bottom + GAP_PX : top - GAP_PX - height;
  const x = Math.min(left, innerWidth - width - EDGE_PX);
  menu.style.top = `${Math.max(EDGE_PX, Math.min(y, lowest))}px`;
  menu.style.left = `${Math.max(EDGE_PX, x)}px`;
}

/** Moves the focus as the key asks for: left and right among the picks, up and down past them. */
function toItem(menu: HTMLElement, key: string): boolean {
  const picks = [...menu.querySelectorAll<HTMLElement>('[role=menuitemcheckbox]')];
  const pick = picks.indexOf(document.activeElement as HTMLElement);
  const forward = getComputedStyle(menu).direction === 'rtl' ? -1 : 1;
  const sideways = { ArrowLeft: -forward, ArrowRight: forward }[key];
  if (sideways !== undefined) {
    if (pick >= 0) picks.at((pick + sideways) % picks.length)?.focus();
    return true;
  }
  const items = [...picks.slice(0, 1), ...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = pick >= 0 ? 0 : items.indexOf(document.activeElement as HTMLElement);
  const targets: Readonly<Record<string, number>> = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: -1 };
  const target = targets[key];
  if (target === undefined) return false;
  items.at(target % items.length)?.focus();
  return true;
}
