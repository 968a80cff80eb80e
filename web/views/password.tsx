import { ParleyError } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { client } from '../state/chat.ts';
import { texts } from '../texts.ts';

const words = texts.password;

const FIELDS = {
  password: { label: words.present, autocomplete: 'current-password' },
  new_password: { label: words.next, autocomplete: 'new-password', hint: words.hint },
  repeat: { label: words.repeat, autocomplete: 'new-password' },
} as const;
type Name = keyof typeof FIELDS;
const names = Object.keys(FIELDS) as Name[];

const EMPTY = { password: '', new_password: '', repeat: '' };

/** Changes the password. Who mistypes a new one could not log in any more, so it is asked for twice. */
export function Password({ email }: { readonly email: string }) {
  const id = useId();
  const typed = useSignal<Record<Name, string>>(EMPTY);

  const change = async () => {
    const { repeat, ...given } = typed.peek();
    if (repeat !== given.new_password) {
      throw new ParleyError('validation_failed', words.differs, { errors: { repeat: [words.differs] } });
    }
    await client.changePassword(given);
    typed.value = EMPTY;
  };

  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{words.title}</h2>
      <Form submit={words.submit} done={words.done} fields={names} onSubmit={change}>
        {(errors) => (
          <>
            {/* Password managers look for the name that a new password belongs to. */}
            <input type="text" autocomplete="username" value={email} readOnly hidden />
            {names.map((name) => (
              <Field
                key={name}
                {...FIELDS[name]}
                name={name}
                type="password"
                current={typed.value[name]}
                onType={(value) => {
                  typed.value = { ...typed.value, [name]: value };
                }}
                error={errors[name]}
              />
            ))}
          </>
        )}
      </Form>
    </section>
  );
}
