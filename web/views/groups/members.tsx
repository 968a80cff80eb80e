import type { Conversation, Member, Role } from '@parley/client';
import { useRef } from 'preact/hooks';
import { Confirm } from '../../parts/confirm.tsx';
import { FreshDialogButton } from '../../parts/dialog-button.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Avatar } from '../../parts/person.tsx';
import { useRequest } from '../../parts/use-request.ts';
import { me, useObservable } from '../../state/chat.ts';
import { leave } from '../../state/route.ts';
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
  readonly title: string;
}

/** A button, and the dialog with the members of a group and what the user may change. */
export function Members({ talk, title }: Props) {
  return (
    <FreshDialogButton label={words.members} icon="people" title={words.members} effects={[]}>
      {(close) => <MemberList talk={talk} title={title} close={close} />}
    </FreshDialogButton>
  );
}

type Present = Member & { readonly role: Role };

function MemberList({ talk, title, close }: Props & { readonly close: () => void }) {
  const { run: change, isBusy, error } = useRequest((work: () => Promise<void>) => work());
  const list = useRef<HTMLUListElement>(null);
  const members = useObservable(talk.members).filter((one): one is Present => one.role !== undefined);
  const ownId = me.value?.id;
  const own = members.find(({ id }) => id === ownId)?.role;

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
      <ul ref={list} class="people-list" tabIndex={-1} aria-label={words.members}>
        {members.map((member) => (
          <li key={member.id}>
            <Avatar user={member} />
            <span class="member">
              <bdi>{member.username}</bdi>
              {may(own, 'roles') ? (
                <RolePicker
                  member={member}
                  isBusy={isBusy.value}
                  onChange={(role) => change(() => talk.putMember(member.id, role))}
                />
              ) : (
                <span class="aside">{ROLES[member.role]}</span>
              )}
            </span>
            {member.id !== ownId && mayRemove(own, member.role) && (
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
      {may(own, 'manage') && (
        <>
          <h3>{words.addTitle}</h3>
          <PersonPicker
            except={new Set(members.map(({ id }) => id))}
            isBusy={isBusy.value}
            onPick={({ id }) => change(() => talk.putMember(id))}
          />
          <Form
            submit={words.rename}
            done={words.renamed}
            fields={['title']}
            onSubmit={({ title: next = '' }) => talk.rename(next.trim())}
          >
            {(errors) => (
              <Field label={words.title} name="title" autocomplete="off" value={title} error={errors.title} />
            )}
          </Form>
        </>
      )}
      <div class="actions">
        <button type="button" class="main" onClick={close}>
          {words.close}
        </button>
        <Leave talk={talk} />
      </div>
    </>
  );
}

interface RolePickerProps {
  readonly member: Present;
  readonly isBusy: boolean;
  readonly onChange: (role: Role) => void;
}

function RolePicker({ member: { username, role }, isBusy, onChange }: RolePickerProps) {
  return (
    <select
      aria-label={words.role(username)}
      value={role}
      aria-disabled={isBusy}
      onChange={({ currentTarget }) => {
        const next = currentTarget.value as Role;
        // It shows what the server has, until that has changed it.
        currentTarget.value = role;
        onChange(next);
      }}
    >
      {Object.entries(ROLES).map(([one, label]) => (
        <option key={one} value={one}>
          {label}
        </option>
      ))}
    </select>
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
