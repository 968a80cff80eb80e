import type { User } from '@parley/client';
import { useEffect, useRef } from 'preact/hooks';
import { Confirm } from '../../parts/confirm.tsx';
import { DialogButton } from '../../parts/dialog-button.tsx';
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
  return (
    <DialogButton
      label={words.open(username)}
      icon="block"
      title={words.title(username)}
      effects={[words.effect, words.stays]}
    >
      {(close) => (
        <Confirm
          cancel={words.cancel}
          submit={words.submit}
          send={async () => {
            await client.block(id);
            close();
          }}
          close={close}
        />
      )}
    </DialogButton>
  );
}
