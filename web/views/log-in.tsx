import { useEffect, useState } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading } from '../parts/heading.tsx';
import { client, session } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { madeFor } from '../state/signing-up.ts';
import { useTitle } from '../state/title.ts';
import { texts } from '../texts.ts';
import { Door } from './door.tsx';

const words = texts.logIn;

export function LogIn() {
  useTitle(words.title);
  // Only this once: whoever comes later has made nothing.
  const [made] = useState(madeFor.peek());
  useEffect(() => {
    madeFor.value = undefined;
  }, []);
  const note = made !== undefined ? words.made : session.value.state === 'ended' && words.ended;
  return (
    <Door>
      <Heading>{words.title}</Heading>
      {note && (
        <p class="note" role="status">
          {note}
        </p>
      )}
      <Form
        submit={words.submit}
        fields={['email', 'password']}
        onSubmit={({ email = '', password = '' }) => client.logIn({ email: email.trim(), password })}
      >
        {(faults) => (
          <>
            <Field
              label={words.email}
              name="email"
              type="email"
              autocomplete="username"
              value={made}
              error={faults.email}
              focus={made === undefined}
            />
            <Field
              label={words.password}
              name="password"
              type="password"
              autocomplete="current-password"
              error={faults.password}
              focus={made !== undefined}
            />
          </>
        )}
      </Form>
      <p class="aside">
        {words.noAccount} <a href={paths.signUp}>{words.toSignUp}</a>
      </p>
    </Door>
  );
}
