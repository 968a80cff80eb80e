import type { Conversation, Message } from '@parley/client';
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useEffect } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { OpenDialog } from '../../parts/dialog-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { texts } from '../../texts.ts';
import {
  type Allowed,
  actionsOf,
  beginEdit,
  canReactTo,
  type Edited,
  type MessageAction,
} from './message-actions.ts';
import { alongList, menuButton } from './message-buttons.ts';
import type { Names } from './names.ts';
import { picksOf } from './reactions.tsx';
import { type Reported, ReportMessage } from './report.tsx';

const words = texts.changes;

interface Props {
  readonly talk: Conversation;
  readonly names: Names;
  readonly messages: readonly Message[];
  readonly list: RefObject<HTMLElement | null>;
  readonly allowed: Allowed;
  /** The `key` of the message whose menu is open. */
  readonly open: Signal<string | undefined>;
  readonly editing: Signal<Edited | undefined>;
  /** The `seq` of the message that the next one answers. */
  readonly answered: Signal<number | undefined>;
}

/** The menu of a message, and the dialogs that it opens. */
export function MessageMenu({ talk, names, messages, list, allowed, open, editing, answered }: Props) {
  const reported = useSignal<Reported | undefined>(undefined);
  const removed = useSignal<Message | undefined>(undefined);
  const { value: key } = open;
  const message = key === undefined ? undefined : messages.find((one) => one.key === key);
  const actions = message ? actionsOf(message, allowed) : [];
  const button = key === undefined || !list.current ? null : buttonOf(list.current, key);
  const close = useCallback(() => {
    open.value = undefined;
  }, [open]);

  const isGone = key !== undefined && actions.length === 0;
  useEffect(() => {
    if (!isGone) return;
    // Another device has deleted the message, so the menu with the focus is gone.
    close();
    toLog(list);
  }, [isGone]);

  const choose: Readonly<Record<MessageAction, (chosen: Message) => void>> = {
    reply({ seq }) {
      editing.value = undefined;
      answered.value = seq;
    },
    edit(chosen) {
      editing.value = beginEdit(chosen);
    },
    remove(chosen) {
      removed.value = chosen;
    },
    report({ seq, text, senderId }) {
      const user = names.find(senderId);
      if (seq !== undefined && user) reported.value = { user, conversation: talk.id, seq, text };
    },
    copy({ text }) {
      navigator.clipboard.writeText(text).then(
        () => announce(words.copied),
        () => undefined,
      );
    },
  };
  return (
    <>
      {message && button && actions.length > 0 && (
        <Menu
          label={words.menu}
          button={button}
          picks={
            canReactTo(message, allowed)
              ? { label: texts.reactions.title, list: picksOf(talk, message) }
              : undefined
          }
          items={actions.map((action) => ({
            label: LABELS[action],
            onChoose: () => choose[action](message),
          }))}
          onClose={close}
        />
      )}
      <ReportMessage reported={reported} />
      <RemoveMessage
        talk={talk}
        removed={removed}
        isGroup={names.isGroup}
        onRemoved={({ key: gone }) => {
          if (editing.peek()?.key === gone) editing.value = undefined;
          // The button that had the focus is gone.
          toLog(list);
          announce(words.wasDeleted);
        }}
      />
    </>
  );
}

const LABELS: Readonly<Record<MessageAction, string>> = {
  reply: texts.replies.reply,
  edit: words.edit,
  remove: words.remove,
  report: texts.report.openMessage,
  copy: words.copy,
};

const buttonOf = (list: HTMLElement, key: string) =>
  menuButton(list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`));

const toLog = (list: RefObject<HTMLElement | null>) =>
  list.current?.closest<HTMLElement>('[role=log]')?.focus();

interface RemoveProps {
  readonly talk: Conversation;
  readonly isGroup: boolean;
  /** The dialog is open as long as there is one. */
  readonly removed: Signal<Message | undefined>;
  readonly onRemoved: (message: Message) => void;
}

/** Asks, and deletes the message. */
function RemoveMessage({ talk, isGroup, removed, onRemoved }: RemoveProps) {
  const { value: message } = removed;
  if (message === undefined) return null;
  const effect = isGroup ? words.effectInGroup : words.effect;
  return (
    <OpenDialog
      title={words.title}
      effects={[message.seq === undefined ? words.effectOfUnsent : effect]}
      onClose={() => {
        removed.value = undefined;
      }}
    >
      {(close) => (
        <>
          <blockquote dir="auto">{message.text}</blockquote>
          <Confirm
            cancel={words.cancel}
            submit={words.remove}
            send={async () => {
              talk.remove(message.key);
              close();
              onRemoved(message);
            }}
            close={close}
          />
        </>
      )}
    </OpenDialog>
  );
}

interface ButtonProps {
  readonly onClick: () => void;
  readonly isOpen: boolean;
  /** The id of the message’s element. */
  readonly bubble: string;
}

/** The button beside a message. The arrow keys lead to those of the other messages. */
export function MenuButton({ onClick, isOpen, bubble }: ButtonProps) {
  return (
    <button
      type="button"
      class="plain message-menu"
      aria-label={words.menu}
      aria-describedby={bubble}
      aria-haspopup="menu"
      aria-expanded={isOpen}
      title={words.menu}
      // The list moves its one tab stop.
      tabIndex={-1}
      onClick={onClick}
      onKeyDown={alongList}
    >
      <Icon name="more" />
    </button>
  );
}
