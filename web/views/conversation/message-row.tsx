import type { Conversation } from '@parley/client';
import { Component, type TargetedMouseEvent } from 'preact';
import { Tick } from '../../parts/tick.tsx';
import { Time } from '../../parts/time.tsx';
import { wordsOfMessage } from '../../state/refusals.ts';
import { timeOf } from '../../state/times.ts';
import { texts } from '../../texts.ts';
import { piecesOf } from './pieces.ts';
import type { Row } from './rows.ts';

interface Props {
  readonly row: Extract<Row, { readonly kind: 'message' }>;
  readonly sender: string;
  readonly talk: Conversation;
}

const said = texts.conversation;

/** One message. What has not changed is not drawn again, however long the conversation is. */
export class MessageRow extends Component<Props> {
  override shouldComponentUpdate({ row, sender, talk }: Props): boolean {
    const { row: shown } = this.props;
    return (
      row.message !== shown.message ||
      row.isFirst !== shown.isFirst ||
      row.isLast !== shown.isLast ||
      sender !== this.props.sender ||
      talk !== this.props.talk
    );
  }

  override render({ row, sender, talk }: Props) {
    const { message, at, isFirst, isLast } = row;
    const { key, seq, isOwn, text, state, reason } = message;
    const place = `${isOwn ? 'own' : 'theirs'}${isFirst ? ' first' : ''}${isLast ? ' last' : ''}`;
    return (
      <li class={`message ${place}`} data-key={key} data-seq={seq} data-own={isOwn} data-state={state}>
        <div class="bubble">
          {/* Who speaks is seen by side and colour, and heard by name. */}
          {isFirst && <span class="unseen">{`${sender}: `}</span>}
          <div class="body" dir="auto">
            <span class="text">
              {piecesOf(text).map((piece) =>
                piece.href ? (
                  <a href={piece.href} target="_blank" rel="noopener noreferrer">
                    {piece.text}
                  </a>
                ) : (
                  piece.text
                ),
              )}
            </span>
            {/* Behind the last words, whichever way they are written; its own way says nothing of theirs. */}
            <span class="meta" dir={texts.direction}>
              <Time at={at} format={timeOf} />
              {state !== 'received' && <Tick state={state} />}
            </span>
          </div>
        </div>
        {state === 'failed' && (
          <div class="failure">
            <p>{reason && wordsOfMessage(reason)}</p>
            <button type="button" onClick={leaving(() => void talk.retry(key))}>
              {texts.tryAgain}
            </button>
            <button type="button" onClick={leaving(() => talk.discard(key))}>
              {said.discard}
            </button>
          </div>
        )}
      </li>
    );
  }
}

/** The button goes with what it does: the focus goes on to the messages around it. */
function leaving(act: () => void) {
  return ({ currentTarget }: TargetedMouseEvent<HTMLButtonElement>) => {
    currentTarget.closest<HTMLElement>('[role=log]')?.focus();
    act();
  };
}
