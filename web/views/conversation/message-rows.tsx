import type { Conversation, Message } from '@parley/client';
import type { Signal } from '@preact/signals';
import { Component, type TargetedMouseEvent } from 'preact';
import { Tick, Time } from '../../parts/message-meta.tsx';
import { now } from '../../state/clock.ts';
import { messageErrorText } from '../../state/error-texts.ts';
import { dayName, locale, timeOf } from '../../state/times.ts';
import { texts } from '../../texts.ts';
import { piecesOf } from './links.ts';
import { ReportButton, type Reported } from './report.tsx';
import { type Row, rowsOf } from './rows.ts';

interface Props {
  readonly row: Extract<Row, { readonly kind: 'message' }>;
  readonly sender: string;
  readonly talk: Conversation;
  /** What is reported, for messages of the other user. Undefined if nothing can be. */
  readonly reported: Signal<Reported | undefined> | undefined;
  /** Whether Tab leads to its button. */
  readonly isTabStop: boolean;
}

const words = texts.conversation;

/** One message. It renders again only after a change, however long the conversation is. */
class MessageRow extends Component<Props> {
  override shouldComponentUpdate({ row, sender, talk, reported, isTabStop }: Props): boolean {
    const { row: shown } = this.props;
    return (
      row.message !== shown.message ||
      row.isFirst !== shown.isFirst ||
      row.isLast !== shown.isLast ||
      sender !== this.props.sender ||
      talk !== this.props.talk ||
      reported !== this.props.reported ||
      isTabStop !== this.props.isTabStop
    );
  }

  override render({ row, sender, talk, reported, isTabStop }: Props) {
    const { message, at, isFirst, isLast } = row;
    const { key, seq, isOwn, text, state, reason } = message;
    const position = `${isOwn ? 'own' : 'theirs'}${isFirst ? ' first' : ''}${isLast ? ' last' : ''}`;
    return (
      <li class={`message ${position}`} data-key={key} data-seq={seq} data-own={isOwn} data-state={state}>
        {/* A tap gives it the focus, which shows the button beside it where there is no pointer. */}
        <div class="bubble" tabIndex={isOwn ? undefined : -1}>
          {/* Side and colour show the sender. Screen readers need the name. */}
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
            {/* After the last words, in either writing direction. Its own direction is that of the texts. */}
            <span class="meta" dir={texts.direction}>
              <Time at={at} format={timeOf} />
              {state !== 'received' && <Tick state={state} />}
            </span>
          </div>
        </div>
        {!isOwn && seq !== undefined && reported && (
          <ReportButton
            isTabStop={isTabStop}
            onClick={() => {
              reported.value = { conversation: talk.id, seq, text };
            }}
          />
        )}
        {state === 'failed' && (
          <div class="failure">
            <p>{reason && messageErrorText(reason)}</p>
            <button type="button" onClick={withFocusOnLog(() => void talk.retry(key))}>
              {texts.tryAgain}
            </button>
            <button type="button" onClick={withFocusOnLog(() => talk.discard(key))}>
              {words.discard}
            </button>
          </div>
        )}
      </li>
    );
  }
}

/** The button disappears, so the list of messages gets the focus. */
function withFocusOnLog(act: () => void) {
  return ({ currentTarget }: TargetedMouseEvent<HTMLButtonElement>) => {
    currentTarget.closest<HTMLElement>('[role=log]')?.focus();
    act();
  };
}

interface ListProps {
  readonly talk: Conversation;
  readonly messages: readonly Message[];
  readonly username: string;
  readonly unreadFrom?: number | undefined;
  readonly reported?: Props['reported'];
}

/** The messages, with a line before each day and before the first unread message. */
export function MessageRows({ talk, messages, username, unreadFrom, reported }: ListProps) {
  const newest = messages.findLast(({ isOwn }) => !isOwn)?.key;
  return (
    <>
      {rowsOf(messages, unreadFrom).map((row) => {
        switch (row.kind) {
          case 'day':
            return (
              <li key={row.key} class="day">
                <span lang={locale()}>{dayName(row.at, now.value)}</span>
              </li>
            );
          case 'unread':
            return (
              <li key={row.key} class="unread-from">
                <span>{words.unread}</span>
              </li>
            );
          default: {
            const sender = row.message.isOwn ? words.own : username;
            const isTabStop = row.message.key === newest;
            return (
              <MessageRow
                key={row.key}
                row={row}
                sender={sender}
                talk={talk}
                reported={reported}
                isTabStop={isTabStop}
              />
            );
          }
        }
      })}
    </>
  );
}
