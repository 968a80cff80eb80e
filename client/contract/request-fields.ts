import type { Credentials, ProfileChange, Registration } from './http-types.ts';

/** The fields of what the library is given to send: the server refuses any that it does not know. A test compares them. */
export const REQUEST_FIELDS = {
  Registration: ['email', 'username', 'first_name', 'last_name', 'password', 'password2'],
  Credentials: ['email', 'password'],
  ProfileChange: ['first_name', 'last_name', 'presence'],
} as const satisfies {
  Registration: readonly (keyof Registration)[];
  Credentials: readonly (keyof Credentials)[];
  ProfileChange: readonly (keyof ProfileChange)[];
};

/** Without whatever else stands in the object: it may be a form's, or a row of the application's own. */
export function fieldsOf(name: keyof typeof REQUEST_FIELDS, given: object): object {
  const fields: readonly string[] = REQUEST_FIELDS[name];
  return Object.fromEntries(Object.entries({ ...given }).filter(([field]) => fields.includes(field)));
}
