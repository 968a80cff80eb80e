import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading, useTitle } from '../parts/view-head.tsx';
import { client, logIn } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { goInstead } from '../state/route.ts';
import { registeredEmail } from '../state/sign-up.ts';
import { texts } from '../texts.ts';
import { AuthPage } from './log-in.tsx';

const words = texts.confirm;

/** The page of a link that creates an account. It asks for the password, and so can log in, too. */
export function ConfirmSignUp({ token }: { readonly token: string }) {
  useTitle(words.title);

  const confirm = async ({ password = '' }: Readonly<Record<string, string>>) => {
    const { email } = await client.confirmSignUp(token, password);
    try {
      await logIn({ email, password });
      goInstead(paths.inbox);
    } catch {
      // The account is ready all the same.
      registeredEmail.value = email;
      goInstead(paths.logIn);
    }
  };

  return (
    <AuthPage>
      <Heading>{words.title}</Heading>
      <p>{words.hint}</p>
      <Form submit={words.submit} fields={['password']} onSubmit={confirm}>
        {(errors) => (
          <Field
            label={words.password}
            name="password"
            type="password"
            autocomplete="current-password"
            error={errors.password}
            focus
          />
        )}
      </Form>
      <p class="aside">
        <a href={paths.signUp}>{words.toSignUp}</a>
      </p>
    </AuthPage>
  );
}
