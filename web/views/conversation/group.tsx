import type { Conversation, GroupItem } from '@parley/client';
import { type Signal, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { OpenDialog } from '../../parts/dialog-button.tsx';
import { Avatar } from '../../parts/person.tsx';
import { Bar, Heading, useTitle } from '../../parts/view-head.tsx';
import { client, inbox, me, useObservable } from '../../state/chat.ts';
import { firstLink } from '../../state/invitation.ts';
import { paths } from '../../state/paths.ts';
import { isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';
import { AboutGroup } from '../groups/about-group.tsx';
import { Invitations } from '../groups/invitations.tsx';
import { Members } from '../groups/members.tsx';
import { may } from '../groups/rights.ts';
import { ConversationMenu } from './conversation-menu.tsx';
import { groupNames, type Names } from './names.ts';
import { Talk } from './talk.tsx';

const words = texts.groups;

/** The form of an id. A made-up address must not become part of another path. */
const ID = /^[0-9a-f-]{36}$/;

/** The group in the address. */
export function Group({ id }: { readonly id: string }) {
  return ID.test(id) ? <Known id={id} /> : <Gone />;
}

function Known({ id }: { readonly id: string }) {
  const talk = useMemo(() => client.conversation(id), [id]);
  const isGone = useObservable(talk.isGone);
  return isGone ? <Gone /> : <WithGroup talk={talk} />;
}

function WithGroup({ talk }: { readonly talk: Conversation }) {
  const members = useObservable(talk.members);
  const item = inbox.all.value.find(({ id }) => id === talk.id);
  const group = item?.kind === 'group' ? item : undefined;
  const title = group?.title ?? '';
  const ownId = me.value?.id ?? '';
  const names = useMemo(() => groupNames(ownId, members), [ownId, members]);
  return (
    <Talk
      talk={talk}
      name={title}
      names={names}
      label={words.log(title)}
      empty=""
      rights={{ canWrite: may(group, 'write'), canReact: true, canDelete: may(group, 'delete') }}
      head={<Head talk={talk} group={group} names={names} focus={isTouch.value} />}
      closed={!may(group, 'write') && <p class="closed">{whyClosed(group)}</p>}
    />
  );
}

/** In place of the composer, for those who may only read and react. */
function whyClosed(group: GroupItem | undefined): string {
  if (group?.role === 'reader') return words.reader;
  return group?.who.write === 'owner' ? words.ownersWrite : words.moderatorsWrite;
}

interface HeadProps {
  readonly talk: Conversation;
  /** Undefined while it is loading. */
  readonly group: GroupItem | undefined;
  readonly names: Names;
  readonly focus: boolean;
}

/** The group, how many are in it, and who is typing. */
function Head({ talk, group, names, focus }: HeadProps) {
  const title = group?.title ?? '';
  const open = useSignal<Opened>(firstLink.peek()?.group === talk.id ? 'invite' : undefined);
  const typists = useObservable(talk.typists);
  const count = useObservable(talk.members).filter(({ role }) => role !== undefined).length;
  const typing =
    typists.length > 1 ? words.severalTyping(typists.length) : words.typing(names.of(typists[0] ?? ''));
  return (
    <Bar>
      <div class="who">
        <span class="person">
          <Avatar user={{ id: talk.id, username: title }} isGroup />
        </span>
        <div class="names">
          <Heading focus={focus}>
            <bdi title={title}>{title || '…'}</bdi>
          </Heading>
          <p class="presence">
            {typists.length > 0 ? <em>{typing}</em> : count > 0 ? words.count(count) : ''}
          </p>
        </div>
      </div>
      <Members talk={talk} group={group} />
      <ConversationMenu
        talk={talk}
        items={[
          { label: words.about, onChoose: () => (open.value = 'about') },
          ...(may(group, 'add') ? [{ label: words.invite, onChoose: () => (open.value = 'invite') }] : []),
        ]}
      />
      {group && <GroupDialog talk={talk} group={group} open={open} />}
    </Bar>
  );
}

type Opened = 'about' | 'invite' | undefined;

interface DialogProps {
  readonly talk: Conversation;
  readonly group: GroupItem;
  readonly open: Signal<Opened>;
}

/** What the menu has opened. */
function GroupDialog({ talk, group, open }: DialogProps) {
  if (open.value === undefined) return null;
  return (
    <OpenDialog
      title={open.value === 'about' ? words.about : words.invite}
      effects={open.value === 'about' ? [] : [words.inviteEffect]}
      onClose={() => {
        open.value = undefined;
      }}
    >
      {(close) =>
        open.value === 'about' ? (
          <AboutGroup talk={talk} group={group} close={close} />
        ) : (
          <Invitations talk={talk} close={close} />
        )
      }
    </OpenDialog>
  );
}

function Gone() {
  useTitle(words.gone);
  return (
    <div class="view">
      <Bar>
        <Heading focus>{words.gone}</Heading>
      </Bar>
      <div class="page">
        <p>{words.goneHint}</p>
        <p>
          <a href={paths.people}>{texts.inbox.findPeople}</a>
        </p>
      </div>
    </div>
  );
}
