import { client } from './chat.ts';

/** A long list scrolled fast shows a hundred people in a second: who stays is watched. */
const SETTLED_MS = 300;

const onScreen = new Map<Element, string>();
const arrivals = new Map<Element, () => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) arrivals.get(target)?.();
  }
});

/** Calls whenever the element comes onto the screen; returns what ends it. */
export function watchRow(element: Element, onArrival: () => void): () => void {
  arrivals.set(element, onArrival);
  observer.observe(element);
  return () => {
    arrivals.delete(element);
    observer.unobserve(element);
  };
}

const presences = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const { userId = '' } = (target as HTMLElement).dataset;
    if (isIntersecting) onScreen.set(target, userId);
    else onScreen.delete(target);
  }
  soon();
});

function soon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => client.presence.watch([...onScreen.values()]), SETTLED_MS);
}

/** Follows the comings and goings of `data-user-id` while the element is on the screen. */
export function watchPresence(element: HTMLElement): () => void {
  presences.observe(element);
  return () => {
    presences.unobserve(element);
    onScreen.delete(element);
    soon();
  };
}
