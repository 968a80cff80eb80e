import { type ReadonlySignal, signal } from '@preact/signals';

function media(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const held = signal(list.matches);
  list.addEventListener('change', () => {
    held.value = list.matches;
  });
  return held;
}

/** There is room for the list beside the conversation. */
export const isWide = media('(min-width: 50rem)');

/**
 * Touch: Enter starts a new line. Focusing a field opens a keyboard over half of the page, so no view does that by
 * itself.
 */
export const isTouch = media('(pointer: coarse)');

const shown = signal(document.visibilityState === 'visible');
document.addEventListener('visibilitychange', () => {
  shown.value = document.visibilityState === 'visible';
});

/** The page is the visible tab of its window. */
export const isShown: ReadonlySignal<boolean> = shown;
