import { useSignal } from '@preact/signals';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading, useTitle } from '../parts/view-head.tsx';
import { client } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { texts } from '../texts.ts';
import { AuthPage } from './log-in.tsx';

const words = texts.forgot;

/** Asks for a link to a new password. The server does not tell whether the address has an account, and neither does this page. */
export function ForgotPassword() {
  useTitle(words.title);
  const asked = useSignal<string | undefined>(undefined);
  return (
    <AuthPage>
      <Heading focus={asked.value !== undefined}>
        {asked.value === undefined ? words.title : words.sent}
      </Heading>
      {asked.value === undefined ? (
        <>
          <p>{words.hint}</p>
          <Form
            submit={words.submit}
            fields={['email']}
            onSubmit={async ({ email = '' }) => {
              await client.requestPasswordReset(email.trim());
              asked.value = email.trim();
            }}
          >
            {(errors) => (
              <Field
                label={words.email}
                name="email"
                type="email"
                autocomplete="username"
                error={errors.email}
                focus
              />
            )}
          </Form>
        </>
      ) : (
        <p>{words.look(asked.value)}</p>
      )}
      <p class="aside">
        <a href={paths.logIn}>{words.toLogIn}</a>
      </p>
    </AuthPage>
  );
}
