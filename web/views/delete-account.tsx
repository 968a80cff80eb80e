import { useId, useRef } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { client } from '../state/chat.ts';
import { texts } from '../texts.ts';

const words = texts.deletion;

/** Deletes the account, after it has said what that means. The password is the second question. */
export function DeleteAccount() {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);

  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {words.open}
      </button>
      <dialog ref={dialog} aria-labelledby={`${id}-title`} aria-describedby={`${id}-lost`}>
        <h2 id={`${id}-title`}>{words.title}</h2>
        <div id={`${id}-lost`}>
          <p>{words.lost}</p>
          <p>{words.stays}</p>
        </div>
        <Form
          submit={words.submit}
          fields={['password']}
          onSubmit={({ password = '' }) => client.deleteAccount(password)}
        >
          {(errors) => (
            <Field
              label={words.password}
              name="password"
              type="password"
              autocomplete="current-password"
              error={errors.password}
            />
          )}
        </Form>
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.cancel}
          </button>
        </div>
      </dialog>
    </>
  );
}
