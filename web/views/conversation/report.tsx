import type { User } from '@parley/client';
import { useId } from 'preact/hooks';
import { DialogButton } from '../../parts/dialog-button.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
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
  const name = useId();
  return (
    <DialogButton
      label={words.open(username)}
      icon="flag"
      title={words.title(username)}
      effects={[words.effect]}
    >
      {(close) => (
        <>
          <Form
            submit={words.submit}
            done={words.done}
            fields={['text']}
            onSubmit={({ reason = 'other', text = '' }) =>
              client.report({ user: id, reason, ...(text.trim() !== '' && { text: text.trim() }) })
            }
          >
            {(errors) => (
              <>
                <div class="field">
                  <label for={`${name}-reason`}>{words.reason}</label>
                  <select id={`${name}-reason`} name="reason">
                    {Object.entries(REASONS).map(([reason, label]) => (
                      <option key={reason} value={reason}>
                        {label}
                      </option>
                    ))}
                  </select>
                </div>
                <Field label={words.text} name="text" autocomplete="off" error={errors.text} />
              </>
            )}
          </Form>
          <div class="actions">
            <button type="button" onClick={close}>
              {words.close}
            </button>
          </div>
        </>
      )}
    </DialogButton>
  );
}
