import { domainToASCII } from 'node:url';
import * as z from 'zod/mini';
import { lengthFaults, normalizePassword } from '../core/accounts/passwords.ts';
import { MessageNotFound, ValidationFailed } from '../core/errors.ts';
import { CLIENT_ID } from '../core/ids.ts';
import { characters, custom, emoji, mentions, messageText, nameOf, replyTo, seq, version } from './fields.ts';
import { newMessages, oneOrSeveral } from './new-messages.ts';
import { wholeNumber } from './paging.ts';
import { validate } from './validate.ts';

/** RFC 5321 §4.5.3.1.3: a path has 256 octets, and its angle brackets take two of them. */
const MAX_EMAIL_LENGTH = 254;

/**
 * A domain in Unicode. Its ASCII characters must be those of domains: `domainToASCII` reads a URL's host, and would
 * stop at a slash and decode percent signs.
 */
const UNICODE_DOMAIN = /^(?!\p{ASCII}*$)[a-zA-Z0-9.\-\P{ASCII}]+$/u;

/**
 * An email in its one form: without white space around it, as browsers send it, and with its domain in ASCII. So
 * `anna@пример.рф` and `anna@xn--e1afmkfd.xn--p1ai` are one address. A domain that cannot be converted stays
 * unchanged.
 */
function canonicalEmail(text: string): string {
  const address = text.trim();
  const local = address.slice(0, address.lastIndexOf('@') + 1);
  const domain = address.slice(local.length);
  const isConverted = local !== '' && domain.isWellFormed() && UNICODE_DOMAIN.test(domain);
  return isConverted ? local + (domainToASCII(domain) || domain) : address;
}

/** A valid email address, as the HTML standard defines it (§4.10.5.1.5). */
const ADDRESS =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** The email of a new account: what browsers accept, or the same with a domain in Unicode. */
export const newEmail = z.pipe(
  z.pipe(characters({ max: MAX_EMAIL_LENGTH }), z.transform(canonicalEmail)),
  z.email({ pattern: ADDRESS }).check(z.maxLength(MAX_EMAIL_LENGTH)),
);

/** The email to log in with. It need not be valid: the answer is that no account has it. */
export const knownEmail = z.pipe(characters({ min: 1, max: MAX_EMAIL_LENGTH }), z.transform(canonicalEmail));

const personName = nameOf(150);

/** ASCII only, so that nobody can imitate another user's name. */
const username = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(150),
    z.regex(/^[A-Za-z0-9_.@+-]+$/, 'May have letters from a to z, digits and @ . + - _ only.'),
  );

/** The length is checked with the other fields, so that a form gets all errors at once. */
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

const knownPassword = characters({ min: 1, max: 4096 });

/** `POST /users/register/confirm/` */
export const signUpRequest = z.strictObject({ token, password: knownPassword });

/** As long as 128 random bits in hexadecimal or base64url at least, so that nobody guesses it. */
const deviceId = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{22,64}$/, 'Must have 22 to 64 letters, digits, - or _.'));

/** `POST /users/token/` */
export const tokenRequest = z.strictObject({
  email: knownEmail,
  password: knownPassword,
  device_id: z.optional(deviceId),
});

/** `DELETE /users/me/` of a user who has a password */
export const passwordDeletion = z.strictObject({ password: knownPassword });

/** `POST /users/me/password/` */
export const passwordRequest = z.strictObject({ password: knownPassword, new_password: newPassword });

/** `POST /users/password/reset/`: like a log-in, it takes what cannot be an address, and nobody gets a mail. */
export const resetRequest = z.strictObject({ email: knownEmail });

/** `POST /users/password/reset/confirm/` */
export const newPasswordRequest = z.strictObject({ token, password: newPassword });

/** `POST /users/email/verification/` */
export const verificationRequest = z.strictObject({ token });

/** `POST /users/token/refresh/` */
export const refreshRequest = z.strictObject({ refresh: token });

/** The names of the kinds of tokens (RFC 8693 §3). */
export const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:';

/** The longest token of another issuer. Most servers take no larger header, so no issuer makes larger tokens. */
export const MAX_SUBJECT_TOKEN_LENGTH = 8_192;

const subjectToken = {
  subject_token: characters({ min: 1, max: MAX_SUBJECT_TOKEN_LENGTH }),
  subject_token_type: z.enum([`${TOKEN_TYPE}id_token`, `${TOKEN_TYPE}access_token`, `${TOKEN_TYPE}jwt`]),
};

/** `DELETE /users/me/` of a user of another issuer */
export const tokenDeletion = z.strictObject(subjectToken);

/** `DELETE /users/me/`. A body is checked by one of the two, so that its errors are of that one. */
export const deletionRequest = z.union([passwordDeletion, tokenDeletion]);

/** `POST /users/token/exchange/`: OAuth has servers ignore parameters that they do not know (RFC 6749 §3.2). */
export const tokenExchangeRequest = z.object({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:token-exchange'),
  ...subjectToken,
  requested_token_type: z.optional(z.enum([`${TOKEN_TYPE}access_token`, `${TOKEN_TYPE}jwt`])),
});

/** `POST /users/logout/` */
export const logoutRequest = z.strictObject({ refresh_token: token });

/** `PATCH /users/me/`: fields that are left out stay unchanged. */
export const profileRequest = z.strictObject({
  first_name: z.optional(personName),
  last_name: z.optional(personName),
  presence: z.optional(z.enum(['shown', 'hidden'])),
});

/** `POST /conversations/{conversation}/messages/` */
export const messageRequest = z
  .strictObject({
    text: z.optional(messageText),
    reply_to: z.optional(replyTo),
    mentions: z.optional(mentions),
    custom: z.optional(custom),
    messages: z.optional(newMessages),
    after: z.optional(seq),
    read: z.optional(seq),
  })
  .check(oneOrSeveral(['text']));

/** `PATCH /conversations/{conversation}/messages/{seq}/` */
export const editRequest = z.strictObject({
  text: messageText,
  custom: z.optional(z.nullable(custom)),
  version,
});

/**
 * The `seq` in a path.
 * @throws MessageNotFound for a text that is none
 */
export function readSeq(text: string | undefined): number {
  const seq = wholeNumber(text ?? '') ?? 0;
  if (seq < 1) throw new MessageNotFound();
  return seq;
}

/**
 * The emoji in a path.
 * @throws ValidationFailed
 */
export function readEmoji(text: string | undefined): string {
  return validate(z.object({ emoji }), { emoji: text ?? '' }).emoji;
}

/**
 * The `Idempotency-Key` header: the client's name for its message, a UUID, bare or as a quoted string (draft-ietf-
 * httpapi-idempotency-key-header §2.1).
 * @throws ValidationFailed
 */
export function readIdempotencyKey(header: string | undefined): string {
  const key = /^"?([^"]*)"?$/.exec(header?.trim() ?? '')?.[1] ?? '';
  if (!CLIENT_ID.test(key))
    throw new ValidationFailed({ 'Idempotency-Key': ['This header must be a UUID.'] });
  return key.toLowerCase();
}
