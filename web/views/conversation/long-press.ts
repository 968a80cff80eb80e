import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** As long as Android and iOS wait. */
const LONG_MS = 500;
/** A finger that moves farther scrolls. */
const STILL_PX = 10;

/** Calls back when a finger rests on a message. The browser's own menu stays away, except on a link. */
export function useLongPress(list: RefObject<HTMLElement | null>, onPress: (row: HTMLElement) => void): void {
  useEffect(() => {
    const { current: element } = list;
    if (!element) return undefined;
    let pressed: { readonly row: HTMLElement; readonly x: number; readonly y: number } | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isDone = false;

    const end = () => {
      clearTimeout(timer);
      pressed = undefined;
    };
    const press = () => {
      clearTimeout(timer);
      if (!pressed || isDone) return;
      isDone = true;
      onPress(pressed.row);
    };
    const begin = ({ target, pointerType, isPrimary, clientX: x, clientY: y }: PointerEvent) => {
      end();
      isDone = false;
      if (pointerType !== 'touch' || !isPrimary || !(target instanceof Element) || target.closest('a'))
        return;
      const row = target.closest('.bubble')?.closest<HTMLElement>('.message');
      if (!row) return;
      pressed = { row, x, y };
      timer = setTimeout(press, LONG_MS);
    };
    const move = ({ clientX, clientY }: PointerEvent) => {
      if (pressed && Math.hypot(clientX - pressed.x, clientY - pressed.y) > STILL_PX) end();
    };
    // Android reports a long press by this event, iOS does not.
    const menu = (event: Event) => {
      if (!pressed && !isDone) return;
      event.preventDefault();
      press();
    };
    // The click after a long press would take the focus from the menu.
    const lift = (event: Event) => {
      if (isDone && event.cancelable) event.preventDefault();
      end();
    };

    const unmounted = new AbortController();
    const { signal } = unmounted;
    element.addEventListener('pointerdown', begin, { signal });
    element.addEventListener('pointermove', move, { signal });
    element.addEventListener('pointercancel', end, { signal });
    element.addEventListener('contextmenu', menu, { signal });
    element.addEventListener('touchend', lift, { signal });
    return () => {
      end();
      unmounted.abort();
    };
  }, [list, onPress]);
}
