import type { Conversation } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useCallback, useRef } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { attempt } from '../../parts/failure.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { inbox } from '../../state/chat.ts';
import { leave } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const words = texts.settings;

const HOUR_MS = 60 * 60_000;

interface Props {
  readonly talk: Conversation;
  /** Stands before what all conversations have. */
  readonly items?: readonly MenuItem[];
}

/** A button, and the menu of what the conversation is to the user. */
export function ConversationMenu({ talk, items = [] }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const isOpen = useSignal(false);
  const close = useCallback(() => {
    isOpen.value = false;
  }, [isOpen]);
  const item = inbox.all.value.find(({ id }) => id === talk.id);
  // There is nothing to pin or mute before the first message.
  if (!item) return null;

  const choice = (label: string, change: () => Promise<void>, done: string) => ({
    label,
    onChoose: () =>
      attempt(async () => {
        await change();
        announce(done);
      }),
  });
  const mute = (label: string, hours: number) =>
    choice(label, () => talk.mute(new Date(Date.now() + hours * HOUR_MS)), words.muted);
  const { mutedUntil, pinnedAt, isUnread } = item.settings;
  const offered: readonly MenuItem[] = [
    ...items,
    ...(mutedUntil === null
      ? [
          mute(words.muteHour, 1),
          mute(words.muteHours, 8),
          mute(words.muteWeek, 7 * 24),
          choice(words.muteForever, () => talk.mute('forever'), words.muted),
        ]
      : [choice(words.unmute, talk.unmute, words.unmuted)]),
    pinnedAt === null
      ? choice(words.pin, talk.pin, words.pinned)
      : choice(words.unpin, talk.unpin, words.unpinned),
    item.isArchived
      ? choice(words.unarchive, talk.unarchive, words.unarchived)
      : choice(words.archive, talk.archive, words.archived),
    ...(isUnread || item.unread > 0
      ? []
      : [
          {
            label: words.markUnread,
            onChoose: () => {
              attempt(talk.markUnread);
              leave();
            },
          },
        ]),
  ];
  return (
    <>
      <button
        ref={button}
        type="button"
        class="plain block"
        aria-label={words.menu}
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        title={words.menu}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <Icon name="more" />
      </button>
      {isOpen.value && button.current && (
        <Menu label={words.menu} button={button.current} items={offered} onClose={close} />
      )}
    </>
  );
}
