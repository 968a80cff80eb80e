import type { ComponentChildren } from 'preact';
import { texts } from '../texts.ts';

/** The frame of what one sees before one is in. */
export function Door({ children }: { readonly children: ComponentChildren }) {
  return (
    <main class="door">
      <p class="brand">
        <img src="/icon.svg" alt="" width="28" height="28" />
        {texts.app}
      </p>
      <div class="card">{children}</div>
    </main>
  );
}
