import type { ComponentChildren } from 'preact';
import { texts } from '../texts.ts';

/** The frame of what one sees before one is in. */
export function Door({ children }: { readonly children: ComponentChildren }) {
  return (
    <main class="door">
      <p class="brand">
        {/* The page's own, as icon.svg is: without a network there would be none to load. */}
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
          <path d="M6 4h20a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4H15l-8 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z" />
        </svg>
        {texts.app}
      </p>
      <div class="card">{children}</div>
    </main>
  );
}
