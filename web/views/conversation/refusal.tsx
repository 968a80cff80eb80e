import type { Conversation, Message } from '@parley/client';
import type { TargetedMouseEvent } from 'preact';
import { refusalText } from '../../state/error-texts.ts';
import { texts } from '../../texts.ts';

/** A repetition would be refused again. */
const FINAL: ReadonlySet<string> = new Set([
  'edit_too_late',
  'message_deleted',
  'message_not_found',
  'not_your_message',
]);

interface Props {
  readonly talk: Conversation;
  readonly message: Message;
}

/** Stands beneath a message that was refused, or whose last change was. The message itself shows its present text. */
export function Refusal({ talk, message }: Props) {
  const { key, state, reason, refusedText } = message;
  return (
    <div class="failure">
      <p>{reason && refusalText(message)}</p>
      {state !== 'failed' && refusedText !== undefined && <blockquote dir="auto">{refusedText}</blockquote>}
      {!FINAL.has(reason?.code ?? '') && (
        <button type="button" onClick={withFocusOnLog(() => void talk.retry(key))}>
          {texts.tryAgain}
        </button>
      )}
      <button type="button" onClick={withFocusOnLog(() => talk.discard(key))}>
        {texts.conversation.discard}
      </button>
    </div>
  );
}

/** The button disappears, so the list of messages gets the focus. */
function withFocusOnLog(act: () => void) {
  return ({ currentTarget }: TargetedMouseEvent<HTMLButtonElement>) => {
    currentTarget.closest<HTMLElement>('[role=log]')?.focus();
    act();
  };
}
