import * as z from 'zod/mini';
import { SubjectTokenInvalid } from '../core/errors.ts';
import type { ClaimNames, ExternalUser, Issuer } from '../core/issuers/issuer.ts';
import { newEmail } from './requests.ts';
import { isBlank } from './text.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Names of OpenID Connect Core §5.1. */
export const STANDARD_CLAIMS: ClaimNames = {
  id: 'sub',
  username: 'preferred_username',
  firstName: 'given_name',
  lastName: 'family_name',
  email: 'email',
};

/** OpenID Connect Core §2 allows 255 ASCII characters in `sub`. */
const MAX_SUBJECT_LENGTH = 255;

/** The longest first or last name of an account. */
const MAX_NAME_LENGTH = 150;

/** Of 150 characters. The rest is for what tells two users with one name apart. */
const MAX_USERNAME_LENGTH = 130;

/** The username of a user whom their issuer calls nothing that could be one. */
const NAMELESS = 'user';

/**
 * What the claims of a verified token say about its user. They are written by others, often by the user: what an account
 * cannot have is cleaned, or ignored.
 * @throws SubjectTokenInvalid only if the user has no id
 */
export function readExternalUser({ issuer, claims: renamed }: Issuer, claims: Claims): ExternalUser {
  const names = { ...STANDARD_CLAIMS, ...renamed };
  const claim = (name: string) => (Object.hasOwn(claims, name) ? claims[name] : undefined);
  const firstName = personName(claim(names.firstName));
  const lastName = personName(claim(names.lastName));
  const username =
    usernameFrom(claim(names.username)) ||
    usernameFrom([firstName, lastName].filter((name) => name !== undefined).join(' ')) ||
    NAMELESS;
  const email = isVerified(claim('email_verified')) ? emailFrom(claim(names.email)) : undefined;
  return { issuer, subject: subjectFrom(names.id, claim(names.id)), username, firstName, lastName, email };
}

/** Some products number their users, and the number is as good as its digits. */
function subjectFrom(name: string, value: unknown): string {
  const id = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof id === 'string' && id !== '' && id.length <= MAX_SUBJECT_LENGTH && isPrintable(id)) return id;
  throw new SubjectTokenInvalid(
    `The \`subject_token\` must name its user: \`${name}\` must be a text of 1 to ${MAX_SUBJECT_LENGTH} characters.`,
  );
}

function isPrintable(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** A name without control characters and superfluous spaces, cut to its length. */
function personName(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.isWellFormed()) return undefined;
  const clean = value
    .slice(0, 4 * MAX_NAME_LENGTH)
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const name = [...clean].slice(0, MAX_NAME_LENGTH).join('').trim();
  return isBlank(name) ? undefined : name;
}

/** Usernames are ASCII, and everybody sees them. So of an e-mail address only the mailbox is taken. */
function usernameFrom(value: unknown): string {
  if (typeof value !== 'string') return '';
  const [mailbox = ''] = value.slice(0, 4 * MAX_USERNAME_LENGTH).split('@');
  const ascii = mailbox
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_.+-]+/g, '-');
  return ascii.slice(0, MAX_USERNAME_LENGTH).replace(/^[-.]+|[-.]+$/g, '');
}

/** OpenID Connect says `true`, some issuers say "true". */
function isVerified(value: unknown): boolean {
  return value === true || value === 'true';
}

function emailFrom(value: unknown): string | undefined {
  const { data } = z.safeParse(newEmail, value);
  return data;
}
