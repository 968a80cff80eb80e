import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading, useTitle } from '../parts/view-head.tsx';
import { logIn, session } from '../state/chat.ts';
import { hasMail } from '../state/passwords.ts';
import { paths } from '../state/paths.ts';
import { registeredEmail } from '../state/sign-up.ts';
import { texts } from '../texts.ts';

const words = texts.logIn;

export function LogIn() {
  useTitle(words.title);
  // Shown once: the next visitor has not registered.
  const [registered] = useState(registeredEmail.peek());
  useEffect(() => {
    registeredEmail.value = undefined;
  }, []);
  const notice =
    registered !== undefined ? words.accountReady : session.value.state === 'ended' && words.ended;
  return (
    <AuthPage>
      <Heading>{words.title}</Heading>
      {notice && (
        <p class="notice" role="status">
          {notice}
        </p>
      )}
      <Form
        submit={words.submit}
        fields={['email', 'password']}
        onSubmit={({ email = '', password = '' }) => logIn({ email: email.trim(), password })}
      >
        {(errors) => (
          <>
            <Field
              label={words.email}
              name="email"
              type="email"
              autocomplete="username"
              value={registered}
              error={errors.email}
              focus={registered === undefined}
            />
            <Field
              label={words.password}
              name="password"
              type="password"
              autocomplete="current-password"
              error={errors.password}
              focus={registered !== undefined}
            />
          </>
        )}
      </Form>
      {hasMail && (
        <p class="aside">
          <a href={paths.forgot}>{words.toForgot}</a>
        </p>
      )}
      <p class="aside">
        {words.noAccount} <a href={paths.signUp}>{words.toSignUp}</a>
      </p>
    </AuthPage>
  );
}

/** Where there are no passwords. The page cannot log anybody in, so it says where that is done. */
export function LogInElsewhere() {
  useTitle(words.title);
  return (
    <AuthPage>
      <Heading>{words.title}</Heading>
      <p>{words.elsewhere}</p>
    </AuthPage>
  );
}

/** The frame of the login and sign-up pages. */
export function AuthPage({ children }: { readonly children: ComponentChildren }) {
  return (
    <main class="auth">
      <p class="brand">
        {/* Inline, as in icon.svg, because it must appear without a network. */}
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
          <path d="M6 4h20a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4H15l-8 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z" />
        </svg>
        {texts.app}
      </p>
      <div class="card">{children}</div>
    </main>
  );
}
