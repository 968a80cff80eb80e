import type { Conversation, Message } from '@parley/client';
import { useObservable } from '../../state/chat.ts';
import { texts } from '../../texts.ts';
import { alongRow } from './message-buttons.ts';
import type { Names } from './names.ts';

const words = texts.replies;

interface Props {
  readonly talk: Conversation;
  readonly seq: number;
  readonly names: Names;
  /** Undefined where the message cannot be shown. */
  readonly onShow: ((seq: number) => void) | undefined;
}

/** Above the text of an answer: the message that it answers, as that is now. To click it is to go there. */
export function Quote({ talk, seq, names, onShow }: Props) {
  const message = useObservable(talk.messageAt(seq));
  const unknown = message === null ? words.missing : texts.loading;
  return (
    <button
      type="button"
      class="quote"
      aria-disabled={!onShow}
      // The arrow keys lead here from the button of the message.
      tabIndex={-1}
      onClick={() => onShow?.(seq)}
      onKeyDown={alongRow}
    >
      {/* Two lines from the beginning, so that nothing moves when the message comes. */}
      <strong>
        <span class="unseen">{words.answers} </span>
        {message ? names.of(message.senderId) : '\u00a0'}
        <span class="unseen">: </span>
      </strong>
      <span class="quoted" dir="auto">
        {message ? beginningOf(message) : unknown}
      </span>
    </button>
  );
}

/** More than fits in a line, whatever the text is. */
const BEGINNING = 200;

/** One line of the present text. */
export const beginningOf = ({ text, deletedAt }: Message): string =>
  deletedAt === undefined ? text.slice(0, BEGINNING) : texts.changes.wasDeleted;
