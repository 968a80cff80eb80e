import type { MessagePlace, User } from '@parley/client';
import type { Signal } from '@preact/signals';
import { CloseDialog } from '../../parts/close-dialog.tsx';
import { DialogButton, OpenDialog } from '../../parts/dialog-button.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { client } from '../../state/chat.ts';
import { texts } from '../../texts.ts';

const words = texts.report;

const REASONS = {
  spam: words.reasons.spam,
  harassment: words.reasons.harassment,
  violence: words.reasons.violence,
  sexual: words.reasons.sexual,
  illegal: words.reasons.illegal,
  other: words.reasons.other,
};

/** Reports a user to the moderators. */
export function Report({ peer: { id, username } }: { readonly peer: User }) {
  return (
    <DialogButton
      label={words.open(username)}
      icon="flag"
      title={words.title(username)}
      effects={[words.effect]}
    >
      {(close) => <ReportForm user={id} close={close} />}
    </DialogButton>
  );
}

/** A message that the user wants to report. */
export interface Reported extends MessagePlace {
  readonly user: User;
  readonly text: string;
}

interface ReportMessageProps {
  /** The dialog is open as long as there is one. */
  readonly reported: Signal<Reported | undefined>;
}

/** Reports one message to the moderators, who then see it, too. */
export function ReportMessage({ reported }: ReportMessageProps) {
  if (reported.value === undefined) return null;
  const { text, user, ...message } = reported.value;
  return (
    <OpenDialog
      title={words.titleOfMessage(user.username)}
      effects={[words.effectOfMessage, words.effect]}
      onClose={() => {
        reported.value = undefined;
      }}
    >
      {(close) => (
        <>
          <blockquote dir="auto">{text}</blockquote>
          <ReportForm user={user.id} message={message} close={close} />
        </>
      )}
    </OpenDialog>
  );
}

interface FormProps {
  readonly user: string;
  readonly message?: MessagePlace;
  readonly close: () => void;
}

function ReportForm({ user, message, close }: FormProps) {
  return (
    <>
      <Form
        submit={words.submit}
        done={words.done}
        fields={['text']}
        onSubmit={({ reason = 'other', text = '' }) =>
          client.report({
            user,
            reason,
            ...(message && { message }),
            ...(text.trim() !== '' && { text: text.trim() }),
          })
        }
      >
        {(errors) => (
          <>
            <SelectField label={words.reason} name="reason" options={REASONS} />
            <Field label={words.text} name="text" autocomplete="off" error={errors.text} />
          </>
        )}
      </Form>
      <CloseDialog close={close} />
    </>
  );
}
