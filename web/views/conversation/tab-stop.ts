import { menuButton } from './message-buttons.ts';

/**
 * The one button of a list that Tab leads to, however many there are. All of them are rendered without a tab stop. Moved
 * here, because a change for each step of a scroll must not render the list again.
 */
export function createTabStop() {
  let stop: HTMLElement | null = null;
  return {
    /** Moves it to the button that is found, unless the focus is in the list. */
    follow(list: HTMLElement | null, find: () => HTMLElement | null): void {
      const { activeElement: focused } = document;
      // A button of a message, and the one beside it.
      const row = list?.contains(focused) && focused?.matches('button') ? focused.closest('.message') : null;
      const next = menuButton(row) ?? find();
      if (next === stop) return;
      if (stop) stop.tabIndex = -1;
      if (next) next.tabIndex = 0;
      stop = next;
    },
  };
}
