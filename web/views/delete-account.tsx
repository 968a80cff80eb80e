import { CloseDialog } from '../parts/close-dialog.tsx';
import { DialogButton } from '../parts/dialog-button.tsx';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { client } from '../state/chat.ts';
import { texts } from '../texts.ts';

const words = texts.deletion;

/** Deletes the account, after it has said what that means. The password is the second question. */
export function DeleteAccount() {
  return (
    <DialogButton label={words.open} title={words.title} effects={[words.lost, words.stays]}>
      {(close) => (
        <>
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
          <CloseDialog close={close} label={words.cancel} />
        </>
      )}
    </DialogButton>
  );
}
