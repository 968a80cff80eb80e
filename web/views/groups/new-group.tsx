import type { User } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { CloseDialog } from '../../parts/close-dialog.tsx';
import { FreshDialogButton } from '../../parts/dialog-button.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Avatar } from '../../parts/person.tsx';
import { client, me } from '../../state/chat.ts';
import { firstLink } from '../../state/invitation.ts';
import { paths } from '../../state/paths.ts';
import { go } from '../../state/route.ts';
import { texts } from '../../texts.ts';
import { PersonPicker } from './person-picker.tsx';

const words = texts.groups;

/** The server takes no more at once. */
const MOST_NAMED = 20;

/** A button, and the dialog in which a group gets its title and its first members. */
export function NewGroup() {
  return (
    <FreshDialogButton
      label={words.create}
      icon="group"
      look="button plain"
      title={words.create}
      effects={[]}
    >
      {(close) => <NewGroupForm close={close} />}
    </FreshDialogButton>
  );
}

/** A name for the request, so that another try after a lost answer creates no second group. */
function useKey() {
  const last = useRef({ asked: '', key: '' });
  return (group: object): string => {
    const asked = JSON.stringify(group);
    if (last.current.asked !== asked) last.current = { asked, key: `${Date.now()} ${Math.random()}` };
    return last.current.key;
  };
}

function NewGroupForm({ close }: { readonly close: () => void }) {
  const chosen = useSignal<readonly User[]>([]);
  const keyOf = useKey();
  const list = useRef<HTMLUListElement>(null);
  const create = async (title: string) => {
    const group = { title, members: chosen.value.map(({ id }) => id) };
    const { id } = await client.createGroup({ ...group, key: keyOf(group) });
    close();
    go(paths.group(id));
  };
  const drop = (user: User) => {
    chosen.value = chosen.value.filter((one) => one !== user);
    // The button is gone.
    list.current?.focus();
  };
  return (
    <>
      <Form submit={words.submit} fields={['title']} onSubmit={({ title = '' }) => create(title.trim())}>
        {(errors) => (
          <>
            <Field label={words.title} name="title" autocomplete="off" error={errors.title} />
            <ul ref={list} class="people-list" tabIndex={-1} aria-label={words.chosen}>
              {chosen.value.map((user) => (
                <li key={user.id}>
                  <Avatar user={user} />
                  <bdi>{user.username}</bdi>
                  <button
                    type="button"
                    class="plain"
                    aria-label={words.drop(user.username)}
                    onClick={() => drop(user)}
                  >
                    <Icon name="close" />
                  </button>
                </li>
              ))}
            </ul>
            {chosen.value.length < MOST_NAMED ? (
              <PersonPicker
                except={new Set([me.value?.id ?? '', ...chosen.value.map(({ id }) => id)])}
                onPick={(user) => {
                  chosen.value = [...chosen.value, user];
                }}
              />
            ) : (
              <p class="aside" role="status">
                {words.mostNamed}
              </p>
            )}
          </>
        )}
      </Form>
      <CloseDialog close={close} label={words.cancel} />
    </>
  );
}

/** For somebody with nobody to talk to yet: a button, and a dialog that makes a group and a link for others to join it. */
export function NewGroupByLink() {
  return (
    <FreshDialogButton
      label={words.createByLink}
      title={words.createByLink}
      effects={[words.createByLinkEffect]}
    >
      {(close) => <NewGroupByLinkForm close={close} />}
    </FreshDialogButton>
  );
}

function NewGroupByLinkForm({ close }: { readonly close: () => void }) {
  const keyOf = useKey();
  const create = async (title: string) => {
    const group = { title, members: [] };
    const talk = await client.createGroup({ ...group, key: keyOf(group) });
    const { token } = await talk.createInvitation();
    close();
    // The view of the group shows the link.
    firstLink.value = { group: talk.id, token };
    go(paths.group(talk.id));
  };
  return (
    <>
      <Form submit={words.submit} fields={['title']} onSubmit={({ title = '' }) => create(title.trim())}>
        {(errors) => <Field label={words.title} name="title" autocomplete="off" error={errors.title} />}
      </Form>
      <CloseDialog close={close} label={words.cancel} />
    </>
  );
}
