import type { Conversation, Message } from '@parley/client';
import type { TargetedMouseEvent } from 'preact';
import { reactionRefusalTexts, refusalText } from '../../state/error-texts.ts';
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

/** Stands beneath a message of which something was refused. The message itself shows its present state. */
export function Refusal({ talk, message }: Props) {
  const { key, state, reason, refusedText, refusedReactions = [] } = message;
  const reasons = [...(reason ? [reason] : []), ...refusedReactions.map(({ reason: why }) => why)];
  return (
    <div class="failure">
      {reason && <p>{refusalText(message)}</p>}
      {state !== 'failed' && refusedText !== undefined && <blockquote dir="auto">{refusedText}</blockquote>}
      {reactionRefusalTexts(message).map((text) => (
        <p key={text}>{text}</p>
      ))}
      {reasons.some(({ code }) => !FINAL.has(code)) && (
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
