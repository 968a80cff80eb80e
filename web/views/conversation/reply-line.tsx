import type { Conversation } from '@parley/client';
import { Icon } from '../../parts/icon.tsx';
import { useObservable } from '../../state/chat.ts';
import { texts } from '../../texts.ts';
import type { Names } from './names.ts';
import { beginningOf } from './quote.tsx';

const words = texts.replies;

interface Props {
  readonly talk: Conversation;
  readonly seq: number;
  readonly names: Names;
  readonly onCancel: () => void;
}

/** Stands above the field while the new message answers another one. */
export function ReplyLine({ talk, seq, names, onCancel }: Props) {
  const message = useObservable(talk.messageAt(seq));
  return (
    <div class="edit-line">
      <Icon name="reply" />
      <div id="reply-line">
        <strong>{message?.isOwn ? words.toOwn : words.to(names.of(message?.senderId ?? ''))}</strong>
        <p class="beginning" dir="auto">
          {message ? beginningOf(message) : '\u00a0'}
        </p>
      </div>
      <button type="button" class="plain" aria-label={words.cancel} title={words.cancel} onClick={onCancel}>
        <Icon name="close" />
      </button>
    </div>
  );
}
