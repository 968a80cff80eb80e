import type { ComponentChildren } from 'preact';
import { paths } from '../state/paths.ts';
import { leave } from '../state/route.ts';
import { isWide } from '../state/screen.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

/** The head of a view; where there is no room for the conversations beside it, with the way back to them. */
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
