import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { paths } from '../state/paths.ts';
import { leave } from '../state/route.ts';
import { isWide } from '../state/screen.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

/** The name of the current view, for the page's title: it tells tabs and history entries apart (WCAG 2.4.2). */
export const viewTitle = signal('');

export function useTitle(title: string): void {
  useEffect(() => {
    viewTitle.value = title;
    return () => {
      // Not if the next view has already set its title.
      if (viewTitle.peek() === title) viewTitle.value = '';
    };
  }, [title]);
}

/** The head of a view. On a narrow screen it has a button back to the conversations. */
export function Bar({ children }: { readonly children: ComponentChildren }) {
  return (
    <header class="bar">
      {!isWide.value && (
        <a
          class="button plain"
          href={paths.inbox}
          aria-label={texts.conversation.back}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            leave();
          }}
        >
          <Icon name="back" />
        </a>
      )}
      {children}
    </header>
  );
}

interface HeadingProps {
  readonly children: ComponentChildren;
  /** Takes the focus when the view appears, so that screen readers read it. */
  readonly focus?: boolean;
  readonly unseen?: boolean;
}

/** The heading of a view. */
export function Heading({ children, focus = false, unseen = false }: HeadingProps) {
  const own = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) own.current?.focus({ preventScroll: true });
  }, [focus]);
  return (
    <h1 ref={own} tabIndex={-1} class={unseen ? 'unseen' : undefined}>
      {children}
    </h1>
  );
}
