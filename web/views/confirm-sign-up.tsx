import { useSignal } from '@preact/signals';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading, useTitle } from '../parts/view-head.tsx';
import { client, logIn, session } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { goInstead } from '../state/route.ts';
import { registeredEmail } from '../state/sign-up.ts';
import { texts } from '../texts.ts';
import { AuthPage } from './log-in.tsx';
import { LogOut } from './log-out.tsx';

const words = texts.confirm;

/** The page of a link that creates an account. It asks for the password, and so can log in, too. */
export function ConfirmSignUp({ token }: { readonly token: string }) {
  useTitle(words.title);
  const isConfirmed = useSignal(false);
  const { user } = session.value;

  const confirm = async ({ password = '' }: Readonly<Record<string, string>>) => {
    const { email } = await client.confirmSignUp(token, password);
    // Another tab has logged in meanwhile.
    if (session.peek().user) return;
    isConfirmed.value = true;
    try {
      await logIn({ email, password });
      goInstead(paths.inbox);
    } catch {
      // The account is ready all the same.
      registeredEmail.value = email;
      goInstead(paths.logIn);
    }
  };

  if (user && !isConfirmed.value) return <LoggedIn username={user.username} />;
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
        <a href={paths.signUp}>{words.toSignUp}</a> · <a href={paths.logIn}>{words.toLogIn}</a>
      </p>
    </AuthPage>
  );
}

/** Nobody is logged out unasked. After the logout, the page asks for the password of the link. */
function LoggedIn({ username }: { readonly username: string }) {
  return (
    <AuthPage>
      <Heading focus>{words.title}</Heading>
      <p>{words.loggedIn(username)}</p>
      <div class="actions">
        <LogOut />
      </div>
      <p class="aside">
        <a href={paths.inbox}>{words.toApp}</a>
      </p>
    </AuthPage>
  );
}
