import * as z from 'zod/mini';
import { lengthFaults, normalizePassword } from '../core/accounts/password.ts';
import { TEXT_FAULTS, textFault } from './text.ts';

const NO_CONTROLS = /^\P{Cc}*$/u;

/** Text that UTF-8 can carry: no half of a surrogate pair. */
const wellFormed = z.refine<string>((text) => text.isWellFormed(), 'Must be well-formed Unicode.');

const personName = z.string().check(
  z.minLength(1),
  z.maxLength(150),
  z.regex(NO_CONTROLS, 'Must not contain control characters.'),
  z.refine((text) => text === '' || text.trim() !== '', 'Must not be blank.'),
  wellFormed,
);

const email = z.email().check(z.maxLength(254));

/** ASCII alone: what cannot be written cannot be confused with somebody else's name. */
const username = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(150),
    z.regex(/^[A-Za-z0-9_.@+-]+$/, 'May have letters from a to z, digits and @ . + - _ only.'),
  );

/** The text of a message: characters, not UTF-16 units, are counted. */
export const messageText = z.string().check(
  z.check((context) => {
    const fault = textFault(context.value);
    if (fault) {
      const message = `The text ${TEXT_FAULTS[fault]}`;
      context.issues.push({ code: 'custom', message, input: context.value });
    }
  }),
);

/** Its length is checked with the other fields, so that a form is told of all at once. */
const newPassword = z.string().check(
  wellFormed,
  z.check((context) => {
    for (const message of lengthFaults(normalizePassword(context.value))) {
      context.issues.push({ code: 'custom', message, input: context.value });
    }
  }),
);

const token = z.string().check(z.minLength(1), z.maxLength(4096));

/** `POST /users/register/` */
export const registerRequest = z.strictObject({
  email,
  username,
  first_name: personName,
  last_name: personName,
  password: newPassword,
  password2: z.string(),
});

/** `POST /users/token/` */
export const tokenRequest = z.strictObject({
  email: z.string().check(z.minLength(1), z.maxLength(254), wellFormed),
  password: z.string().check(z.minLength(1), z.maxLength(4096), wellFormed),
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
  after: z.optional(z.int().check(z.minimum(0))),
});
