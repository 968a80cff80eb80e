import { useEffect, useMemo } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading } from '../parts/heading.tsx';
import { client } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { goInstead } from '../state/route.ts';
import { accountFields, createSignUp, madeFor } from '../state/signing-up.ts';
import { useTitle } from '../state/title.ts';
import { texts } from '../texts.ts';
import { Door } from './door.tsx';

const words = texts.signUp;

export function SignUp() {
  useTitle(words.title);
  const signUp = useMemo(() => createSignUp(client), []);
  useEffect(() => {
    if (madeFor.value !== undefined) goInstead(paths.logIn);
  }, [madeFor.value]);
  return (
    <Door>
      <Heading>{words.title}</Heading>
      <Form submit={words.submit} fields={accountFields} onSubmit={signUp}>
        {(faults) => (
          <>
            <Field
              label={words.email}
              name="email"
              type="email"
              // What one logs in with is what a password manager has to keep.
              autocomplete="username"
              error={faults.email}
              focus
            />
            <Field
              label={words.username}
              name="username"
              autocomplete="nickname"
              hint={words.usernameHint}
              error={faults.username}
            />
            <div class="pair">
              <Field
                label={words.firstName}
                name="first_name"
                autocomplete="given-name"
                error={faults.first_name}
              />
              <Field
                label={words.lastName}
                name="last_name"
                autocomplete="family-name"
                error={faults.last_name}
              />
            </div>
            <Field
              label={words.password}
              name="password"
              type="password"
              autocomplete="new-password"
              hint={words.passwordHint}
              error={faults.password}
            />
            <Field
              label={words.repeat}
              name="password2"
              type="password"
              autocomplete="new-password"
              error={faults.password2}
            />
          </>
        )}
      </Form>
      <p class="aside">
        {words.hasAccount} <a href={paths.logIn}>{words.toLogIn}</a>
      </p>
    </Door>
  );
}
