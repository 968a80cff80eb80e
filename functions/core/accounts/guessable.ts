/**
 * What an attacker who knows the user tries first (NIST SP 800-63B §3.1.1.2: context-specific words and their derivatives).
 */
import type { Account } from './account.ts';

/** Whose password it is to be. */
export type Owner = Pick<Account, 'username' | 'email' | 'firstName' | 'lastName'>;

const SERVICE = 'parley';

/** A shorter name occurs in too many good passwords by chance. */
const MIN_NAME_LENGTH = 3;

/** Besides names, a password needs so many letters and digits: a year has four. */
const MIN_BEYOND_NAMES = 5;

/** Characters that people write for each other in passwords. */
const LOOK_ALIKES = ['a4@', 'b8', 'e3', 'g9', 'il1!|', 'o0', 's5$', 't7+', 'z2'];

/** Nobody tries longer runs first, and who types one has counted. */
const MAX_RUN = 32;

/** Whether it is one character again and again, or a sequence such as `12345678` or `hgfedcba`. */
export function isRun(text: string): boolean {
  const codes = [...text.toLowerCase()].map((character) => character.codePointAt(0) ?? 0);
  const step = (codes[1] ?? 0) - (codes[0] ?? 0);
  return (
    codes.length > 1 &&
    codes.length <= MAX_RUN &&
    Math.abs(step) <= 1 &&
    codes.every((code, i) => i === 0 || code - (codes[i - 1] ?? 0) === step)
  );
}

/** Whether a name stands in a password: in any letter case, with digits or signs for letters, with or without accents. */
export function containsName(password: string, name: string): boolean {
  return [...name].length >= MIN_NAME_LENGTH && patternOf(plain(name)).test(plain(password));
}

/** Whether the names of the user and of the service, forwards or backwards, leave nothing of a password but a number or so. */
export function isLittleMoreThanNames(password: string, owner: Owner): boolean {
  const [mailbox = ''] = (owner.email ?? '').split('@');
  const names = [SERVICE, owner.username, owner.firstName, owner.lastName, mailbox].flatMap(wordsOf);
  const whole = plain(password);
  // Longer names first: "Annabel" before "Ann".
  const left = names
    .flatMap((name) => [name, [...name].reverse().join('')])
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, name) => rest.replace(patternOf(name), ' '), whole);
  if (left === whole) return false;
  const beyond = left.replace(/[^\p{L}\p{N}]/gu, '');
  return [...beyond].length < MIN_BEYOND_NAMES || isRun(beyond);
}

const wordsOf = (name: string): string[] =>
  plain(name)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => [...word].length >= MIN_NAME_LENGTH);

/** In lower case and without accents. */
const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** A class or a character for each character, so its time is that of the text. */
function patternOf(name: string): RegExp {
  const source = [...name].map((character) => {
    const alike = LOOK_ALIKES.find((group) => group.includes(character));
    return alike ? `[${alike}]` : `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
  return new RegExp(source.join(''), 'gu');
}
