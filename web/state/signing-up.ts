import { type Client, ParleyError } from '@parley/client';
import { signal } from '@preact/signals';

/** As the server names them. */
export const accountFields = [
  'email',
  'username',
  'first_name',
  'last_name',
  'password',
  'password2',
] as const;

type Values = Readonly<Record<string, string>>;

/** The email of an account that was made, and with which logging in failed: the rest is done at the door beside. */
export const madeFor = signal<string | undefined>(undefined);

/**
 * An account, and in. On a bad line the account may be made although nobody heard of it: who then tries the same once more,
 * and is told that it exists, is in if it is theirs.
 */
export function createSignUp(client: Pick<Client, 'register' | 'logIn'>) {
  let unanswered: { readonly email: string; readonly password: string } | undefined;

  return async (values: Values): Promise<void> => {
    const given = (name: (typeof accountFields)[number]) => values[name] ?? '';
    const email = given('email').trim();
    const password = given('password');
    const isTriedAgain = unanswered?.email === email && unanswered.password === password;
    try {
      await client.register({
        email,
        username: given('username').trim(),
        first_name: given('first_name').trim(),
        last_name: given('last_name').trim(),
        password,
        password2: given('password2'),
      });
    } catch (error) {
      const { status = 500, errors } = error as Partial<ParleyError>;
      if (status >= 500) unanswered = { email, password };
      if (!isTriedAgain || !errors?.email) throw error;
      await client.logIn({ email, password }).catch((refused: unknown) => {
        throw refused instanceof ParleyError && refused.code === 'wrong_credentials' ? error : refused;
      });
      return;
    }
    unanswered = undefined;
    await client.logIn({ email, password }).catch((error: unknown) => {
      madeFor.value = email;
      throw error;
    });
  };
}
