import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { client, drafts } from '../state/chat.ts';
import { texts } from '../texts.ts';

const said = texts.logOut;

const NOTHING = { messages: 0, begun: 0 };

/** Logs out; asks first where that would lose something that was written. */
export function LogOut() {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const lost = useSignal(NOTHING);
  const { messages, begun } = lost.value;

  const leave = () => void client.logOut();
  const ask = async () => {
    lost.value = { messages: await client.countUnsent(), begun: drafts.count() };
    if (lost.value.messages + lost.value.begun === 0) leave();
    else if (!dialog.current?.open) dialog.current?.showModal();
  };

  return (
    <>
      <button type="button" onClick={() => void ask()}>
        {said.submit}
      </button>
      <dialog ref={dialog} aria-labelledby={`${id}-title`} aria-describedby={`${id}-lost`}>
        <h2 id={`${id}-title`}>{said.title}</h2>
        <div id={`${id}-lost`}>
          {messages > 0 && <p>{said.messages(messages)}</p>}
          {begun > 0 && <p>{said.drafts(begun)}</p>}
          <p>{said.lost}</p>
        </div>
        <div class="actions">
          {/* The first one has the focus: what is lost cannot be had back. */}
          <button type="button" class="main" onClick={() => dialog.current?.close()}>
            {said.stay}
          </button>
          <button type="button" onClick={leave}>
            {said.discard}
          </button>
        </div>
      </dialog>
    </>
  );
}
