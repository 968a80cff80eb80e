import { useRef } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading } from '../parts/heading.tsx';
import { client } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { texts } from '../texts.ts';
import { Door } from './door.tsx';

const words = texts.signUp;

/** As the server names them. */
const fields = ['email', 'username', 'first_name', 'last_name', 'password', 'password2'] as const;

/** An account, and in. `made`: what an earlier try has made, before the way in was cut off. */
async function signUp(values: Readonly<Record<string, string>>, made: { email?: string }): Promise<void> {
  const given = (name: (typeof fields)[number]) => values[name] ?? '';
  const email = given('email').trim();
  const password = given('password');
  if (made.email !== email) {
    await client.register({
      email,
      username: given('username').trim(),
      first_name: given('first_name').trim(),
      last_name: given('last_name').trim(),
      password,
      password2: given('password2'),
    });
    made.email = email;
  }
  await client.logIn({ email, password });
}

export function SignUp() {
  const made = useRef<{ email?: string }>({});
  return (
    <Door>
      <Heading>{words.title}</Heading>
      <Form submit={words.submit} fields={fields} onSubmit={(values) => signUp(values, made.current)}>
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
