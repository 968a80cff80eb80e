import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading } from '../parts/heading.tsx';
import { client, session } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { texts } from '../texts.ts';
import { Door } from './door.tsx';

const words = texts.logIn;

export function LogIn() {
  return (
    <Door>
      <Heading>{words.title}</Heading>
      {session.value.state === 'ended' && (
        <p class="note" role="status">
          {words.ended}
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
              error={faults.email}
              focus
            />
            <Field
              label={words.password}
              name="password"
              type="password"
              autocomplete="current-password"
              error={faults.password}
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
