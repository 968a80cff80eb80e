import { type Conversation, isMentioned, type Message } from '@parley/client';
import type { Signal } from '@preact/signals';
import { Component } from 'preact';
import { Edited, Tick, Time } from '../../parts/message-meta.tsx';
import { now } from '../../state/clock.ts';
import { isRefused } from '../../state/error-texts.ts';
import { dayName, locale, timeOf } from '../../state/times.ts';
import { texts } from '../../texts.ts';
import { eventText } from './event-texts.ts';
import { piecesOf } from './links.ts';
import { splitAtMentions } from './mentions.ts';
import { type Allowed, actionsOf, canReactTo } from './message-actions.ts';
import { MenuButton } from './message-menu.tsx';
import type { Names } from './names.ts';
import { Quote } from './quote.tsx';
import { Reactions } from './reactions.tsx';
import { Refusal } from './refusal.tsx';
import { type Row, rowsOf } from './rows.ts';

interface Props {
  readonly row: Extract<Row, { readonly kind: 'message' }>;
  readonly names: Names;
  readonly talk: Conversation;
  /** The `key` of the message whose menu is open. Undefined if this one has no menu. */
  readonly open: Signal<string | undefined> | undefined;
  readonly isMenuOpen: boolean;
  /** Its text stands in the composer. */
  readonly isEdited: boolean;
  readonly canReact: boolean;
  readonly onShow: ((seq: number) => void) | undefined;
}

const words = texts.conversation;

/** One message. It renders again only after a change, however long the conversation is. */
class MessageRow extends Component<Props> {
  override shouldComponentUpdate({ row, ...next }: Props): boolean {
    const { row: shown, ...props } = this.props;
    return (
      row.message !== shown.message ||
      row.isFirst !== shown.isFirst ||
      row.isLast !== shown.isLast ||
      next.talk !== props.talk ||
      next.open !== props.open ||
      next.isMenuOpen !== props.isMenuOpen ||
      next.isEdited !== props.isEdited ||
      next.canReact !== props.canReact ||
      next.names !== props.names ||
      next.onShow !== props.onShow
    );
  }

  override render({ row, names, talk, open, isMenuOpen, isEdited, canReact, onShow }: Props) {
    const { message, at, isFirst, isLast } = row;
    const { key, seq, isOwn, state, editedAt, deletedAt, replyTo } = message;
    const position = `${isOwn ? 'own' : 'theirs'}${isFirst ? ' first' : ''}${isLast ? ' last' : ''}`;
    const isDeleted = deletedAt !== undefined;
    const isForMe = !isOwn && isMentioned(names.ownId, message.mentions);
    const isChangeRefused = isRefused(message) && state !== 'failed';
    const bubble = `message-${seq ?? key}`;
    return (
      <li
        class={`message ${position}${isDeleted ? ' deleted' : ''}${isEdited ? ' edited' : ''}${isChangeRefused ? ' refused' : ''}${isForMe ? ' for-me' : ''}`}
        data-key={key}
        data-seq={seq}
        data-own={isOwn}
        data-state={state}
      >
        <div class="beside">
          {/* A tap gives it the focus, which shows the button beside it where there is no pointer. */}
          <div id={bubble} class="bubble" tabIndex={open && -1}>
            {/* Side and colour show the sender. Screen readers need the name, and in a group everybody. */}
            {isFirst && <Sender message={message} names={names} />}
            {replyTo !== undefined && !isDeleted && (
              <Quote talk={talk} seq={replyTo} names={names} onShow={onShow} />
            )}
            {isForMe && <span class="unseen">{`${texts.mentions.you}: `}</span>}
            <div class="body" dir="auto">
              <Text message={message} names={names} />
              {/* After the last words, in either writing direction. Its own direction is that of the texts. */}
              <span class="meta" dir={texts.direction}>
                {editedAt !== undefined && !isDeleted && <Edited at={new Date(editedAt)} />}
                <Time at={at} format={timeOf} />
                {state !== 'received' && (!isDeleted || state === 'changing') && <Tick state={state} />}
              </span>
            </div>
          </div>
          {open && (
            <MenuButton
              bubble={bubble}
              isOpen={isMenuOpen}
              onClick={() => {
                open.value = isMenuOpen ? undefined : key;
              }}
            />
          )}
        </div>
        {message.reactions.length > 0 && !isDeleted && (
          <Reactions talk={talk} message={message} canReact={canReact} />
        )}
        {isRefused(message) && <Refusal talk={talk} message={message} />}
      </li>
    );
  }
}

function Sender({
  message: { senderId, isOwn },
  names,
}: {
  readonly message: Message;
  readonly names: Names;
}) {
  const name = names.of(senderId);
  if (isOwn || !names.isGroup) return <span class="unseen">{`${name}: `}</span>;
  return (
    <span class="sender">
      <bdi>{name}</bdi>
      <span class="unseen">: </span>
    </span>
  );
}

/** The text with its links and with those whom it mentions, or what stands in place of a deleted one. */
function Text({
  message: { text, deletedAt, mentions },
  names,
}: {
  readonly message: Message;
  readonly names: Names;
}) {
  if (deletedAt !== undefined) return <span class="text">{texts.changes.wasDeleted}</span>;
  return (
    <span class="text">
      {piecesOf(text).map((piece) =>
        piece.href ? (
          <a href={piece.href} target="_blank" rel="noopener noreferrer">
            {piece.text}
          </a>
        ) : mentions ? (
          splitAtMentions(piece.text, mentions, (id) => names.find(id)?.username).map((part) =>
            part.isMention ? <strong class="mention">{part.text}</strong> : part.text,
          )
        ) : (
          piece.text
        ),
      )}
    </span>
  );
}

interface ListProps {
  readonly talk: Conversation;
  readonly messages: readonly Message[];
  readonly names: Names;
  readonly unreadFrom?: number | undefined;
  /** Undefined if there are no menus. */
  readonly open?: Signal<string | undefined>;
  readonly allowed?: Allowed;
  /** The `key` of the message whose text stands in the composer. */
  readonly edited?: string | undefined;
  /** Shows the message that another one answers. */
  readonly onShow?: (seq: number) => void;
}

const NOTHING: Allowed = { canWrite: false, canReport: false, canCopy: false };

/** The messages, with a line before each day and before the first unread message. */
export function MessageRows({ talk, messages, names, unreadFrom, open, ...list }: ListProps) {
  const { allowed = NOTHING, edited, onShow } = list;
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
          case 'event':
            return (
              <li key={row.key} class="happened" data-seq={row.message.seq}>
                <span>{eventText(row.message, names)}</span>
              </li>
            );
          default: {
            const { message, key } = row;
            return (
              <MessageRow
                key={key}
                row={row}
                names={names}
                talk={talk}
                open={actionsOf(message, allowed).length > 0 ? open : undefined}
                isMenuOpen={key === open?.value}
                isEdited={key === edited}
                canReact={canReactTo(message, allowed)}
                onShow={onShow}
              />
            );
          }
        }
      })}
    </>
  );
}
