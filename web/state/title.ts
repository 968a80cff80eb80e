import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** What the view before one is called: the page's title, so that tabs and the way back can be told apart (WCAG 2.4.2). */
export const viewTitle = signal('');

export function useTitle(title: string): void {
  useEffect(() => {
    viewTitle.value = title;
    return () => {
      // The next view may be there already.
      if (viewTitle.peek() === title) viewTitle.value = '';
    };
  }, [title]);
}
