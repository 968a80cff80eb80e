import type { Conversation } from '@parley/client';
import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useTitle } from '../../parts/view-head.tsx';
import { inbox, useObservable } from '../../state/chat.ts';
import { leave } from '../../state/route.ts';
import { Composer } from './composer.tsx';
import { Loading } from './loading.tsx';
import type { Allowed, Edited } from './message-actions.ts';
import { MessageList } from './message-list.tsx';
import type { Names } from './names.ts';
import { firstUnread } from './rows.ts';

interface Props {
  readonly talk: Conversation;
  /** Of the other user, or of the group. Empty until it is known. */
  readonly name: string;
  readonly names: Names;
  /** What the list of messages is called. */
  readonly label: string;
  /** Shown as long as nobody has written. */
  readonly empty: string;
  readonly rights: Omit<Allowed, 'canReport' | 'canCopy'>;
  readonly head: ComponentChildren;
  /** In place of the composer, for whoever cannot write. */
  readonly closed: ComponentChildren;
}

/** A conversation: its head, its messages, and the field for a new one. */
export function Talk({ talk, name, names, label, empty, rights, head, closed }: Props) {
  const unreadFrom = useSignal<number | undefined>(undefined);
  const hasFailed = useSignal(false);
  const editing = useSignal<Edited | undefined>(undefined);
  const answered = useSignal<number | undefined>(undefined);
  useTitle(name);
  useEffect(() => {
    talk.open().catch(() => {
      hasFailed.value = true;
    });
    return talk.close;
  }, [talk, hasFailed]);
  const isReady = useReady(talk, (seq) => {
    unreadFrom.value = seq;
  });

  return (
    <section class="view conversation" aria-label={name}>
      {head}
      {isReady.value ? (
        <MessageList
          talk={talk}
          names={names}
          label={label}
          empty={empty}
          unreadFrom={unreadFrom}
          rights={rights}
          editing={editing}
          answered={answered}
        />
      ) : (
        <Loading talk={talk} names={names} hasFailed={hasFailed} />
      )}
      {closed || (
        <Composer
          talk={talk}
          name={name}
          names={names}
          editing={editing}
          answered={answered}
          onLeave={leave}
          onSend={() => {
            unreadFrom.value = undefined;
          }}
        />
      )}
    </section>
  );
}

/** Ready: the newest messages are loaded, back to the first unread one. */
function useReady(talk: Conversation, onUnread: (seq: number) => void): ReadonlySignal<boolean> {
  const isReady = useSignal(false);
  const isLoaded = useObservable(talk.isLoaded);
  useEffect(() => {
    if (!isLoaded) return undefined;
    let isCurrent = true;
    const begin = async () => {
      const unread = firstUnread(inbox.all.peek(), talk.id);
      if (unread !== undefined) {
        await talk.loadBackTo(unread).catch(() => undefined);
        if (isCurrent) onUnread(unread);
      }
      if (isCurrent) isReady.value = true;
    };
    void begin();
    return () => {
      isCurrent = false;
    };
  }, [isLoaded, talk]);
  return isReady;
}
