import * as z from 'zod/mini';
import { lengthFaults, normalizePassword } from '../core/accounts/password.ts';
import { knownEmail, newEmail } from './email.ts';
import { characters, messageText, seq } from './fields.ts';
import { isBlank } from './text.ts';

const NO_CONTROLS = /^\P{Cc}*$/u;

const personName = characters({ min: 1, max: 150 }).check(
  z.regex(NO_CONTROLS, 'Must not contain control characters.'),
  z.refine((text) => text === '' || !isBlank(text), 'Must not be blank.'),
);

/** ASCII alone: what cannot be written cannot be confused with somebody else's name. */
const username = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(150),
    z.regex(/^[A-Za-z0-9_.@+-]+$/, 'May have letters from a to z, digits and @ . + - _ only.'),
  );

/** Its length is checked with the other fields, so that a form is told of all at once. */
const newPassword = z.string().check(
  z.check((context) => {
    for (const message of lengthFaults(normalizePassword(context.value))) {
      context.issues.push({ code: 'custom', message, input: context.value });
    }
  }),
);

const token = characters({ min: 1, max: 4096 });

/** `POST /users/register/` */
export const registerRequest = z.strictObject({
  email: newEmail,
  username,
  first_name: personName,
  last_name: personName,
  password: newPassword,
  password2: z.string(),
});

/** `POST /users/token/` */
export const tokenRequest = z.strictObject({
  email: knownEmail,
  password: characters({ min: 1, max: 4096 }),
});

/** `POST /users/token/refresh/` */
export const refreshRequest = z.strictObject({ refresh: token });

/** `POST /users/logout/` */
export const logoutRequest = z.strictObject({ refresh_token: token });

/** `PATCH /users/me/`: what is left out stays as it is. */
export const profileRequest = z.strictObject({
  first_name: z.optional(personName),
  last_name: z.optional(personName),
  presence: z.optional(z.enum(['shown', 'hidden'])),
});

/** `POST /conversations/{conversation}/messages/` */
export const messageRequest = z.strictObject({
  text: messageText,
  after: z.optional(seq),
  read: z.optional(seq),
});
