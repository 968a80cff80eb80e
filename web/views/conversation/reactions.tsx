import type { Conversation, Message } from '@parley/client';
import { announce } from '../../parts/announcer.tsx';
import type { MenuPick } from '../../parts/menu.tsx';
import { errorText } from '../../state/error-texts.ts';
import { texts } from '../../texts.ts';
import { alongRow, menuButton } from './message-buttons.ts';

const words = texts.reactions;

/** The menu offers these first. */
const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🎉'] as const;

/** Always the same order, so that no button moves away from the finger: the quick emoji, then the others. */
function ordered(reactions: Message['reactions']): Message['reactions'] {
  const places = new Map<string, number>(QUICK.map((emoji, at) => [emoji, at]));
  const placeOf = (emoji: string) => places.get(emoji) ?? QUICK.length;
  return [...reactions].sort(
    ({ emoji: one }, { emoji: other }) => placeOf(one) - placeOf(other) || (one < other ? -1 : 1),
  );
}

/** Adds the user's reaction, or takes it back. */
function toggle(talk: Conversation, { key, reactions }: Message, emoji: string): void {
  const isOwn = reactions.some((one) => one.emoji === emoji && one.isOwn);
  try {
    if (isOwn) talk.unreact(key, emoji);
    else talk.react(key, emoji);
  } catch (error) {
    // Another device has deleted the message at this moment.
    announce(errorText(error));
  }
}

/** The emoji in the menu of a message: the quick ones, then those that the message has besides. */
export function picksOf(talk: Conversation, message: Message): readonly MenuPick[] {
  const { reactions } = message;
  const emojis = new Set<string>([...QUICK, ...ordered(reactions).map(({ emoji }) => emoji)]);
  return [...emojis].map((emoji) => ({
    label: emoji,
    isChecked: reactions.some((one) => one.emoji === emoji && one.isOwn),
    onChoose: () => toggle(talk, message, emoji),
  }));
}

interface Props {
  readonly talk: Conversation;
  readonly message: Message;
  /** Otherwise, own reactions can only be taken back. */
  readonly canReact: boolean;
}

/** Beneath a message: its reactions. To click one is to react in the same way, or to take it back. */
export function Reactions({ talk, message, canReact }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset belongs to a form.
    <div class="reactions" role="group" aria-label={words.title}>
      {ordered(message.reactions).map(({ emoji, users, isOwn }) => (
        <button
          key={emoji}
          type="button"
          class="reaction"
          aria-label={words.reaction(emoji, users.length, isOwn)}
          aria-pressed={isOwn}
          aria-disabled={!canReact && !isOwn}
          // The arrow keys lead here from the button of the message.
          tabIndex={-1}
          onClick={({ currentTarget }) => {
            if (!canReact && !isOwn) return;
            // The button disappears with its last user.
            if (isOwn && users.length === 1) {
              menuButton(currentTarget.closest('.message'))?.focus({ preventScroll: true });
            }
            toggle(talk, message, emoji);
          }}
          onKeyDown={alongRow}
        >
          <span>{emoji}</span>
          <span>{users.length}</span>
        </button>
      ))}
    </div>
  );
}
