import type { Conversation, GroupItem, Who } from '@parley/client';
import { Confirm } from '../../parts/confirm.tsx';
import { FreshDialogButton } from '../../parts/dialog-button.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { useRequest } from '../../parts/use-request.ts';
import { useObservable } from '../../state/chat.ts';
import { leave } from '../../state/route.ts';
import { texts } from '../../texts.ts';
import { may } from './rights.ts';

const words = texts.groups;

interface Props {
  readonly talk: Conversation;
  readonly group: GroupItem;
  readonly close: () => void;
}

/** What the group says of itself, and what the user may change of that. */
export function AboutGroup({ talk, group, close }: Props) {
  const { description } = useObservable(talk.about);
  const save = async ({ title = '', description: text = '' }: Readonly<Record<string, string>>) => {
    // What was not changed here may have been changed elsewhere.
    const isRenamed = title.trim() !== group.title;
    const isDescribed = text.trim() !== description;
    if (!isRenamed && !isDescribed) return;
    await talk.update({
      ...(isRenamed && { title: title.trim() }),
      ...(isDescribed && { description: text.trim() }),
    });
  };
  return (
    <>
      {may(group, 'rename') ? (
        <Form
          submit={texts.profile.save}
          done={texts.profile.saved}
          fields={['title', 'description']}
          onSubmit={save}
        >
          {(errors) => (
            <>
              <Field
                label={words.title}
                name="title"
                autocomplete="off"
                value={group.title}
                error={errors.title}
              />
              <Field
                label={words.description}
                name="description"
                lines={4}
                autocomplete="off"
                value={description}
                error={errors.description}
              />
            </>
          )}
        </Form>
      ) : (
        <p class="whole" dir="auto">
          {description || words.noDescription}
        </p>
      )}
      {may(group, 'roles') && <WhoMay talk={talk} who={group.who} />}
      <div class="actions">
        <button type="button" class="main" onClick={close}>
          {texts.close}
        </button>
        {may(group, 'dissolve') && <Dissolve talk={talk} title={group.title} />}
      </div>
    </>
  );
}

const RIGHTS: Readonly<Record<keyof Who, string>> = {
  write: words.who.write,
  add: words.who.add,
  rename: words.who.rename,
};
const LEVELS: Readonly<Record<Who['write'], string>> = {
  owner: words.levels.owner,
  moderator: words.levels.moderator,
  member: words.levels.member,
};

/** Who may do what. A choice is saved at once. */
function WhoMay({ talk, who }: { readonly talk: Conversation; readonly who: Who }) {
  const { run, isBusy, error } = useRequest(talk.update);
  return (
    <>
      {error.value && (
        <p class="error" role="alert">
          {error.value}
        </p>
      )}
      {(Object.keys(RIGHTS) as (keyof Who)[]).map((right) => (
        <SelectField
          key={right}
          label={RIGHTS[right]}
          options={LEVELS}
          value={who[right]}
          isBusy={isBusy.value}
          onChange={(level) => run({ who: { [right]: level } })}
        />
      ))}
    </>
  );
}

/** Asks, and deletes the group. */
function Dissolve({ talk, title }: { readonly talk: Conversation; readonly title: string }) {
  return (
    <FreshDialogButton
      label={words.dissolve}
      title={words.dissolveTitle(title)}
      effects={[words.dissolveEffect]}
    >
      {(close) => (
        <Confirm
          cancel={words.cancel}
          submit={words.dissolve}
          send={async () => {
            await talk.dissolve();
            leave();
          }}
          close={close}
        />
      )}
    </FreshDialogButton>
  );
}
