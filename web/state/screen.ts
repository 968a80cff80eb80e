import { type ReadonlySignal, signal } from '@preact/signals';

function media(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const held = signal(list.matches);
  list.addEventListener('change', () => {
    held.value = list.matches;
  });
  return held;
}

/** Room for the conversations beside the conversation. */
export const isWide = media('(min-width: 50rem)');

/** Fingers: Enter makes a line, and a field that takes the focus brings up the keyboard over half of the page. */
export const isTouch = media('(pointer: coarse)');

const shown = signal(document.visibilityState === 'visible');
document.addEventListener('visibilitychange', () => {
  shown.value = document.visibilityState === 'visible';
});

/** The page is the tab that its window shows. */
export const isShown: ReadonlySignal<boolean> = shown;
