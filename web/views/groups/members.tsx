import type { Conversation, GroupItem, Member, Role } from '@parley/client';
import { useEffect, useRef } from 'preact/hooks';
import { Confirm } from '../../parts/confirm.tsx';
import { FreshDialogButton } from '../../parts/dialog-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Avatar } from '../../parts/person.tsx';
import { Select } from '../../parts/select-field.tsx';
import { useRequest } from '../../parts/use-request.ts';
import { me, useObservable } from '../../state/chat.ts';
import { leave } from '../../state/route.ts';
import { isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';
import { PersonPicker } from './person-picker.tsx';
import { may, mayRemove } from './rights.ts';

const words = texts.groups;

const ROLES: Readonly<Record<Role, string>> = {
  owner: words.roles.owner,
  moderator: words.roles.moderator,
  member: words.roles.member,
  reader: words.roles.reader,
};

interface Props {
  readonly talk: Conversation;
  /** Undefined while it is loading. */
  readonly group: GroupItem | undefined;
}

/** A button, and the dialog with the members of a group and what the user may change. */
export function Members({ talk, group }: Props) {
  return (
    <FreshDialogButton label={words.members} icon="people" title={words.members} effects={[]}>
      {(close) => <MemberList talk={talk} group={group} close={close} />}
    </FreshDialogButton>
  );
}

type Present = Member & { readonly role: Role };

function MemberList({ talk, group, close }: Props & { readonly close: () => void }) {
  const { run: change, isBusy, error } = useRequest((work: () => Promise<void>) => work());
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // The field would open a keyboard over the list.
    if (isTouch.peek()) list.current?.focus();
  }, []);
  const members = useObservable(talk.members).filter((one): one is Present => one.role !== undefined);
  const ownId = me.value?.id;

  const remove = async ({ id }: Member) => {
    // The button disappears.
    list.current?.focus();
    await talk.removeMember(id);
  };

  return (
    <>
      <p role="status">{words.count(members.length)}</p>
      {error.value && (
        <p class="error" role="alert">
          {error.value}
        </p>
      )}
      {may(group, 'add') && (
        <PersonPicker
          except={new Set(members.map(({ id }) => id))}
          isBusy={isBusy.value}
          onPick={({ id }) => change(() => talk.putMember(id))}
        />
      )}
      <ul ref={list} class="people-list" tabIndex={-1} aria-label={words.members}>
        {members.map((member) => (
          <li key={member.id}>
            <Avatar user={member} />
            <span class="member">
              <bdi>{member.username}</bdi>
              {may(group, 'roles') ? (
                <Select
                  label={words.role(member.username)}
                  options={ROLES}
                  value={member.role}
                  isBusy={isBusy.value}
                  onChange={(role) => change(() => talk.putMember(member.id, role))}
                />
              ) : (
                <span class="aside">{ROLES[member.role]}</span>
              )}
            </span>
            {member.id !== ownId && mayRemove(group, member.role) && (
              <button
                type="button"
                class="plain"
                aria-label={words.remove(member.username)}
                title={words.remove(member.username)}
                aria-disabled={isBusy.value}
                onClick={() => change(() => remove(member))}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" class="main" onClick={close}>
          {texts.close}
        </button>
        <Leave talk={talk} />
      </div>
    </>
  );
}

/** Asks, and leaves the group. */
function Leave({ talk }: { readonly talk: Conversation }) {
  return (
    <FreshDialogButton label={words.leave} title={words.leaveTitle} effects={[words.leaveEffect]}>
      {(close) => (
        <Confirm
          cancel={words.stay}
          submit={words.leave}
          send={async () => {
            await talk.leave();
            leave();
          }}
          close={close}
        />
      )}
    </FreshDialogButton>
  );
}
