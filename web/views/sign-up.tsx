import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading, useTitle } from '../parts/view-head.tsx';
import { client, logIn } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { goInstead } from '../state/route.ts';
import { accountFields, createSignUp, registeredEmail } from '../state/sign-up.ts';
import { texts } from '../texts.ts';
import { AuthPage } from './log-in.tsx';

const words = texts.signUp;

export function SignUp() {
  useTitle(words.title);
  const signUp = useMemo(() => createSignUp({ register: client.register, logIn }), []);
  useEffect(() => {
    if (registeredEmail.value !== undefined) goInstead(paths.logIn);
  }, [registeredEmail.value]);
  // The address that a link was mailed to.
  const mailed = useSignal<string | undefined>(undefined);
  if (mailed.value !== undefined) {
    return (
      <AuthPage>
        <Heading focus>{words.sent}</Heading>
        <p>{words.look(mailed.value)}</p>
        <p class="aside">
          <a href={paths.logIn}>{words.toLogIn}</a>
        </p>
      </AuthPage>
    );
  }
  return (
    <AuthPage>
      <Heading>{words.title}</Heading>
      <Form
        submit={words.submit}
        fields={accountFields}
        onSubmit={async (values) => {
          mailed.value = await signUp(values);
        }}
      >
        {(errors) => (
          <>
            <Field
              label={words.email}
              name="email"
              type="email"
              // Password managers store this as the name to log in with.
              autocomplete="username"
              error={errors.email}
              focus
            />
            <Field
              label={words.username}
              name="username"
              autocomplete="nickname"
              hint={words.usernameHint}
              error={errors.username}
            />
            <div class="pair">
              <Field
                label={words.firstName}
                name="first_name"
                autocomplete="given-name"
                error={errors.first_name}
              />
              <Field
                label={words.lastName}
                name="last_name"
                autocomplete="family-name"
                error={errors.last_name}
              />
            </div>
            <Field
              label={words.password}
              name="password"
              type="password"
              autocomplete="new-password"
              hint={words.passwordHint}
              error={errors.password}
            />
            <Field
              label={words.repeat}
              name="password2"
              type="password"
              autocomplete="new-password"
              error={errors.password2}
            />
          </>
        )}
      </Form>
      <p class="aside">
        {words.hasAccount} <a href={paths.logIn}>{words.toLogIn}</a>
      </p>
    </AuthPage>
  );
}
