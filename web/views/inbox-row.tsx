import type { GroupItem, InboxItem, PairItem } from '@parley/client';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Tick, Time } from '../parts/message-meta.tsx';
import { Avatar, Person } from '../parts/person.tsx';
import { client, me, useObservable } from '../state/chat.ts';
import { now } from '../state/clock.ts';
import { watchPresence } from '../state/on-screen.ts';
import { paths } from '../state/paths.ts';
import { briefly } from '../state/times.ts';
import { texts } from '../texts.ts';
import { briefEventText } from './conversation/event-texts.ts';

interface Props<Item = InboxItem> {
  readonly item: Item;
  readonly isChosen: boolean;
}

/** The state of an own last message. */
function stateOf({ last, peerRead, peerReceived }: PairItem) {
  if (last.seq <= peerRead) return 'read';
  return last.seq <= peerReceived ? 'delivered' : 'sent';
}

/** One conversation: the user or the group, the last message, its time, and the number of unread messages. */
export function InboxRow({ item, isChosen }: Props) {
  return item.kind === 'group' ? (
    <GroupRow item={item} isChosen={isChosen} />
  ) : (
    <PairRow item={item} isChosen={isChosen} />
  );
}

const lookOf = ({ unread, settings }: InboxItem) => (unread > 0 || settings.isUnread ? 'row unread' : 'row');

function PairRow({ item, isChosen }: Props<PairItem>) {
  const { peer, last } = item;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => (row.current ? watchPresence(row.current) : undefined), []);
  const isOwn = last.senderId === me.value?.id && last.deletedAt === undefined;
  return (
    <li ref={row} class={lookOf(item)} data-user-id={peer.id} data-key={peer.id}>
      <a href={paths.conversation(peer.id)} aria-current={isChosen ? 'page' : undefined}>
        <Person user={peer} />
        <Contents item={item} name={peer.username}>
          {isOwn && <Tick state={stateOf(item)} />}
        </Contents>
      </a>
    </li>
  );
}

function GroupRow({ item, isChosen }: Props<GroupItem>) {
  const { id, title } = item;
  return (
    <li class={lookOf(item)} data-key={id}>
      <a href={paths.group(id)} aria-current={isChosen ? 'page' : undefined}>
        <span class="person">
          <Avatar user={{ id, username: title }} isGroup />
        </span>
        <Contents item={item} name={title} />
      </a>
    </li>
  );
}

interface ContentsProps {
  readonly item: InboxItem;
  readonly name: string;
  /** Before the text of the last message. */
  readonly children?: ComponentChildren;
}

function Contents({ item, name, children }: ContentsProps) {
  const { id, last, unread, settings } = item;
  const mentions = item.kind === 'group' ? item.mentions : 0;
  const isTyping = useObservable(client.conversation(id).typing);
  const isOwn = last.senderId === me.value?.id;
  const isDeleted = last.deletedAt !== undefined;
  const text = last.event
    ? briefEventText(last.event, last.senderId)
    : isDeleted
      ? texts.changes.wasDeleted
      : last.text;
  return (
    <>
      <span class="name" title={name}>
        <bdi>{name}</bdi>
        {settings.mutedUntil !== null && <Mark icon="muted" text={texts.settings.muted} />}
        {settings.pinnedAt !== null && <Mark icon="pin" text={texts.settings.pinned} />}
      </span>
      <Time at={new Date(last.createdAt)} format={(date) => briefly(date, now.value)} />
      <span class="last">
        {isTyping ? (
          <em>{texts.conversation.typing}</em>
        ) : (
          <>
            {children}
            {isOwn && !last.event && <span class="unseen">{texts.inbox.you}</span>}
            <span class={isDeleted ? 'preview deleted' : 'preview'} dir="auto">
              {text}
            </span>
          </>
        )}
        {mentions > 0 && (
          <span class="badge at" title={texts.mentions.unread(mentions)}>
            <span aria-hidden="true">@</span>
            <span class="unseen">{texts.mentions.unread(mentions)}</span>
          </span>
        )}
        {(unread > 0 || settings.isUnread) && (
          <span class={settings.mutedUntil === null ? 'badge' : 'badge quiet'}>
            <span aria-hidden="true">{unread > 99 ? '99+' : unread || '\u00a0'}</span>
            <span class="unseen">{unread > 0 ? texts.inbox.unread(unread) : texts.settings.unread}</span>
          </span>
        )}
      </span>
    </>
  );
}

interface MarkProps {
  readonly icon: 'muted' | 'pin';
  readonly text: string;
}

/** What the conversation is to the user, by shape and as text. */
function Mark({ icon, text }: MarkProps) {
  return (
    <span class="mark" title={text}>
      <Icon name={icon} />
      <span class="unseen">{text}</span>
    </span>
  );
}
