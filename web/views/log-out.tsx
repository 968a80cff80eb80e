import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { client, drafts } from '../state/chat.ts';
import { texts } from '../texts.ts';

const words = texts.logOut;

const NOTHING = { messages: 0, drafts: 0 };

/** Logs out. Asks first if unsent messages or drafts would be lost. */
export function LogOut() {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const lost = useSignal(NOTHING);
  const { messages, drafts: unsent } = lost.value;

  const leave = () => void client.logOut();
  const ask = async () => {
    lost.value = { messages: await client.countUnsent(), drafts: drafts.count() };
    if (lost.value.messages + lost.value.drafts === 0) leave();
    else if (!dialog.current?.open) dialog.current?.showModal();
  };

  return (
    <>
      <button type="button" onClick={() => void ask()}>
        {words.submit}
      </button>
      <dialog ref={dialog} aria-labelledby={`${id}-title`} aria-describedby={`${id}-lost`}>
        <h2 id={`${id}-title`}>{words.title}</h2>
        <div id={`${id}-lost`}>
          {messages > 0 && <p>{words.messages(messages)}</p>}
          {unsent > 0 && <p>{words.drafts(unsent)}</p>}
          <p>{words.lost}</p>
        </div>
        <div class="actions">
          {/* The first button has the focus, because the other one cannot be undone. */}
          <button type="button" class="main" onClick={() => dialog.current?.close()}>
            {words.stay}
          </button>
          <button type="button" onClick={leave}>
            {words.discard}
          </button>
        </div>
      </dialog>
    </>
  );
}
