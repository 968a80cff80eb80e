import type { User } from '@parley/client';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { useRequest } from '../../parts/use-request.ts';
import { client } from '../../state/chat.ts';
import { texts } from '../../texts.ts';

const words = texts.block;

/** In place of the composer: whoever blocks a user cannot write either, and can end the block here. */
export function Blocked({ peer: { id, username } }: { readonly peer: User }) {
  const { run, isBusy, error } = useRequest(() => client.unblock(id));
  const own = useRef<HTMLDivElement>(null);
  // The button of the dialog, or the composer, had the focus.
  useEffect(() => own.current?.focus({ preventScroll: true }), []);
  return (
    <div ref={own} tabIndex={-1} class="closed">
      <p>{words.blocked(username)}</p>
      <button type="button" aria-disabled={isBusy.value} onClick={run}>
        {words.unblock}
      </button>
      {error.value && (
        <p class="error" role="alert">
          {error.value}
        </p>
      )}
    </div>
  );
}

/** Blocks a user, after it has said what that means. */
export function Block({ peer: { id, username } }: { readonly peer: User }) {
  const name = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const { run, isBusy, error } = useRequest(async () => {
    await client.block(id);
    dialog.current?.close();
  });

  return (
    <>
      <button
        type="button"
        class="plain block"
        aria-label={words.open(username)}
        onClick={() => dialog.current?.showModal()}
      >
        <Icon name="block" />
      </button>
      <dialog ref={dialog} aria-labelledby={`${name}-title`} aria-describedby={`${name}-effect`}>
        <h2 id={`${name}-title`}>{words.title(username)}</h2>
        <div id={`${name}-effect`}>
          <p>{words.effect}</p>
          <p>{words.stays}</p>
        </div>
        {error.value && (
          <p class="error" role="alert">
            {error.value}
          </p>
        )}
        <div class="actions">
          {/* The first button has the focus. */}
          <button type="button" class="main" onClick={() => dialog.current?.close()}>
            {words.cancel}
          </button>
          <button type="button" aria-disabled={isBusy.value} onClick={run}>
            {words.submit}
          </button>
        </div>
      </dialog>
    </>
  );
}
