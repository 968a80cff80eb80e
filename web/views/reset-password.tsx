import { ParleyError } from '@parley/client';
import { useSignal } from '@preact/signals';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Heading, useTitle } from '../parts/view-head.tsx';
import { client } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { texts } from '../texts.ts';
import { AuthPage } from './log-in.tsx';

const words = texts.reset;

const FIELDS = {
  password: { label: words.password, hint: words.hint, focus: true },
  repeat: { label: words.repeat },
} as const;
type Name = keyof typeof FIELDS;
const names = Object.keys(FIELDS) as Name[];

/** The page of a link to a new password. Who mistypes the password could not log in, so it is asked for twice. */
export function ResetPassword({ token }: { readonly token: string }) {
  useTitle(words.title);
  const isDone = useSignal(false);

  const reset = async ({ password = '', repeat }: Readonly<Record<string, string>>) => {
    if (repeat !== password) {
      throw new ParleyError('validation_failed', words.differs, { errors: { repeat: [words.differs] } });
    }
    await client.resetPassword(token, password);
    isDone.value = true;
  };

  return (
    <AuthPage>
      <Heading focus={isDone.value}>{isDone.value ? words.done : words.title}</Heading>
      {isDone.value ? (
        <>
          <p>{words.doneHint}</p>
          <p class="aside">
            <a href={paths.logIn}>{words.toLogIn}</a>
          </p>
        </>
      ) : (
        <>
          <Form submit={words.submit} fields={names} onSubmit={reset}>
            {(errors) =>
              names.map((name) => (
                <Field
                  key={name}
                  {...FIELDS[name]}
                  name={name}
                  type="password"
                  autocomplete="new-password"
                  error={errors[name]}
                />
              ))
            }
          </Form>
          <p class="aside">
            <a href={paths.forgot}>{words.toForgot}</a>
          </p>
        </>
      )}
    </AuthPage>
  );
}
