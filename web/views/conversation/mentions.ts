import type { Member, Mentions } from '@parley/client';
import { piecesOf } from './links.ts';

/** The server's limit (openapi.yaml). */
const MAX_MENTIONS = 10;

/** At most so many names are offered. */
const MAX_OFFERED = 6;

/** What everybody in the group is called. A member with this name comes first. */
const ALL = 'all';

/** Part of a word or of an address. Chinese, Japanese and Korean write no spaces between words. */
const WORD = String.raw`[[\p{L}\p{M}\p{N}_@+\-]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]]`;

/** Not within an e-mail address or a path. */
const BEGINNING = String.raw`(?<!${WORD}|[.\/])@`;

/** Usernames have these characters, and 150 of them at most (openapi.yaml). */
const NAME = String.raw`[\w.@+\-]`;

const NAMED = new RegExp(`${BEGINNING}(${NAME}{1,150})(?!${WORD})`, 'gv');

/** The beginning of a name, before the cursor. */
const BEGUN = new RegExp(`${BEGINNING}(${NAME}{0,150})$`, 'v');

/** A dot behind a name may be the end of the sentence. */
const withoutDots = (name: string) => {
  let end = name.length;
  while (end > 0 && name.charAt(end - 1) === '.') end -= 1;
  return name.slice(0, end);
};

const fold = (name: string) => name.toLowerCase();

/** A place where a text names somebody. */
interface Named {
  readonly from: number;
  readonly to: number;
  /** In lower case. */
  readonly name: string;
}

/** @param isName whether somebody has this name, in lower case */
function* namesIn(text: string, isName: (name: string) => boolean): Generator<Named> {
  for (const { index, 1: given = '' } of text.matchAll(NAMED)) {
    const found = [given, withoutDots(given)].find((name) => isName(fold(name)));
    if (found) yield { from: index, to: index + 1 + found.length, name: fold(found) };
  }
}

/** Those who are in the group, by name. */
const present = (members: readonly Member[]) =>
  new Map(members.filter(({ role }) => role !== undefined).map((one) => [fold(one.username), one]));

/** Whom a text mentions by `@name`, the first ten; undefined if nobody. A link mentions nobody. */
export function mentionsIn(text: string, members: readonly Member[]): Mentions | undefined {
  if (!text.includes('@')) return undefined;
  const byName = present(members);
  if (byName.size === 0) return undefined;
  const named = new Set(
    piecesOf(text)
      .filter(({ href }) => href === undefined)
      .flatMap((piece) => [...namesIn(piece.text, (name) => name === ALL || byName.has(name))])
      .map(({ name }) => name),
  );
  const users = [...named].flatMap((name) => byName.get(name)?.id ?? []).slice(0, MAX_MENTIONS);
  const all = named.has(ALL) && !byName.has(ALL);
  return users.length === 0 && !all
    ? undefined
    : { ...(users.length > 0 && { users }), ...(all && { all: true as const }) };
}

/** A piece of a text: a mention, or not. */
export interface MentionPiece {
  readonly text: string;
  readonly isMention: boolean;
}

/** Splits a text at the names of those whom the message mentions. Joined, the pieces are exactly the text. */
export function splitAtMentions(
  text: string,
  { users = [], all }: Mentions,
  usernameOf: (id: string) => string | undefined,
): readonly MentionPiece[] {
  const names = new Set(users.map((id) => fold(usernameOf(id) ?? '')));
  if (all) names.add(ALL);
  const pieces: MentionPiece[] = [];
  let done = 0;
  for (const { from, to } of namesIn(text, (name) => names.has(name))) {
    if (from > done) pieces.push({ text: text.slice(done, from), isMention: false });
    pieces.push({ text: text.slice(from, to), isMention: true });
    done = to;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), isMention: false });
  return pieces;
}

/** Names for what the user is writing. */
export interface Completion {
  /** Where the name begins, at its `@`. */
  readonly from: number;
  /** Without `@`. Never empty. */
  readonly names: readonly string[];
}

/** What to offer for the name before the cursor; undefined if there is nothing. */
export function completionOf(
  text: string,
  cursor: number,
  members: readonly Member[],
  ownId: string,
): Completion | undefined {
  const before = text.slice(Math.max(0, cursor - 152), cursor);
  const begun = BEGUN.exec(before)?.[1];
  if (begun === undefined || members.length === 0) return undefined;
  const others = [...present(members).values()].filter(({ id, deleted }) => id !== ownId && !deleted);
  const names = others.map(({ username }) => username).toSorted((a, b) => a.localeCompare(b));
  const offered = (names.some((name) => fold(name) === ALL) ? names : [...names, ALL]).filter((name) =>
    fold(name).startsWith(fold(begun)),
  );
  const isWhole = offered.length === 1 && offered[0] === begun;
  if (offered.length === 0 || isWhole) return undefined;
  return { from: cursor - begun.length - 1, names: offered.slice(0, MAX_OFFERED) };
}
