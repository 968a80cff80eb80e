import { client } from './chat.ts';

/** Fast scrolling shows a hundred users in a second. Only those who stay on the screen are watched. */
const SETTLED_MS = 300;

const onScreen = new Map<Element, string>();
const listeners = new Map<Element, () => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) listeners.get(target)?.();
  }
});

/** Calls the listener each time the element comes onto the screen. Returns a function that ends this. */
export function onVisible(element: Element, listener: () => void): () => void {
  listeners.set(element, listener);
  observer.observe(element);
  return () => {
    listeners.delete(element);
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

/** Watches the presence of the user in `data-user-id` while the element is on the screen. */
export function watchPresence(element: HTMLElement): () => void {
  presences.observe(element);
  return () => {
    presences.unobserve(element);
    onScreen.delete(element);
    soon();
  };
}
