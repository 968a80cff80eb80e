import type * as z from 'zod/mini';
import type { Account } from '../core/accounts/account.ts';
import type { Registration } from '../core/accounts/register.ts';
import type { registerRequest } from './requests.ts';

/** The names of the domain for those of the request. */
export function registrationOf(input: z.infer<typeof registerRequest>): Registration {
  const {
    email,
    username,
    first_name: firstName,
    last_name: lastName,
    password,
    password2: passwordAgain,
  } = input;
  return { email, username, firstName, lastName, password, passwordAgain };
}

/** A new account, as its user sees it. */
export const accountBody = ({
  id,
  ...person
}: Pick<Account, 'id' | 'email' | 'username' | 'firstName' | 'lastName'>) => ({ id, ...signUpBody(person) });

/** A sign-up has no id before its address is confirmed. */
export const signUpBody = ({
  email,
  username,
  firstName,
  lastName,
}: Pick<Account, 'email' | 'username' | 'firstName' | 'lastName'>) => ({
  email,
  username,
  first_name: firstName,
  last_name: lastName,
});
