import { type Client, ParleyError } from '@parley/client';
import { signal } from '@preact/signals';

/** The server's names. */
export const accountFields = [
  'email',
  'username',
  'first_name',
  'last_name',
  'password',
  'password2',
] as const;

type Values = Readonly<Record<string, string>>;

/** The email of a new account whose first login failed. The login page takes it over. */
export const registeredEmail = signal<string | undefined>(undefined);

/**
 * Registers and logs in. If the service mails a link first, nobody is logged in, and the result is the address that gets it. On a
 * bad network, the account may exist although no response came. If the user then tries the same once more and the email is
 * taken, this logs in.
 */
export function createSignUp(client: Pick<Client, 'register' | 'logIn'>) {
  let unanswered: { readonly email: string; readonly password: string } | undefined;

  return async (values: Values): Promise<string | undefined> => {
    const given = (name: (typeof accountFields)[number]) => values[name] ?? '';
    const email = given('email').trim();
    const password = given('password');
    const isRepeated = unanswered?.email === email && unanswered.password === password;
    let id: string | undefined;
    try {
      ({ id } = await client.register({
        email,
        username: given('username').trim(),
        first_name: given('first_name').trim(),
        last_name: given('last_name').trim(),
        password,
        password2: given('password2'),
      }));
    } catch (error) {
      const { status = 500, errors } = error as Partial<ParleyError>;
      if (status >= 500) unanswered = { email, password };
      if (!isRepeated || !errors?.email) throw error;
      await client.logIn({ email, password }).catch((refused: unknown) => {
        throw refused instanceof ParleyError && refused.code === 'wrong_credentials' ? error : refused;
      });
      return undefined;
    }
    unanswered = undefined;
    if (id === undefined) return email;
    await client.logIn({ email, password }).catch((error: unknown) => {
      registeredEmail.value = email;
      throw error;
    });
    return undefined;
  };
}
