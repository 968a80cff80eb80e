/** A link within a text: its position and its target. */
interface Link {
  readonly from: number;
  readonly to: number;
  readonly href: string;
}

const SCHEME = /(?<![a-z\d])https?:\/\//gi;

/**
 * These characters end a link: spaces, invisible characters (U+200B, direction controls), quotation marks, and
 * punctuation outside ASCII, except those that some languages use within words.
 */
const OUTSIDE =
  /[[\s\p{C}\p{Default_Ignorable_Code_Point}\p{P}<>"`\|^＜＞｜]--[!#%\&'\(\)*,\-.\/:;?@\[\\\]_\{\}\u200c\u200d\ufe0f·‐‑–—’・]]/v;

/** At the end, these belong to the sentence rather than to the link. */
const TRAILING = new Set(".,;:!?'\u200c\u200d\ufe0f·‐‑–—’・");
/** Before and after a link, these mean emphasis. */
const EMPHASIS = new Set('*_~');
const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const CLOSING = new Set(Object.values(CLOSED_BY));

/**
 * Only ASCII, because letters of other scripts look like these. Browsers copy international hosts in ASCII anyway
 * (`xn--…`).
 */
const HOST = /^([a-z\d](?:[\w.-]*[a-z\d])?|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i;
const LONGEST_HOST = 260;
/** Chinese, Japanese and Korean have no space between a link and the next word. */
const WORDS_WITHOUT_SPACE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+$/u;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Finds the links in a text. Each ends where a person would end it, and leads to exactly the host that it shows.
 * Others, such as `https://bank.example@evil.example`, are left out. Reads each character once, whatever the text is.
 */
function* linksIn(text: string): Generator<Link> {
  const schemes = [...text.matchAll(SCHEME)];
  const beginnings = new Set(schemes.map(({ index }) => index));
  let read = 0;
  for (const { 0: scheme, index } of schemes) {
    if (index < read) continue;
    const start = index + scheme.length;
    const { end, stop } = extent(text, start, beginnings);
    read = stop;
    const rest = withoutTrailing(text.slice(start, end), text.charAt(index - 1));
    const url = targetOf(scheme, rest);
    if (url) yield { from: index, to: start + url.length, href: url.href };
  }
}

/**
 * The longest possible extent of a link. `end` is the first character that cannot be part of it, or a bracket without
 * its partner. `stop` is how far the text was read.
 */
function extent(text: string, start: number, beginnings: ReadonlySet<number>): { end: number; stop: number } {
  const open: { readonly at: number; readonly closing: string }[] = [];
  let isHost = true;
  let stop = start;
  for (const character of text.slice(start)) {
    const closing = CLOSED_BY[character];
    if (OUTSIDE.test(character) || (open.length > 0 && beginnings.has(stop))) break;
    if ('/?#'.includes(character)) isHost = false;
    if (isHost && (',;'.includes(character) || (closing && stop > start))) break;
    if (closing) open.push({ at: stop, closing });
    if (CLOSING.has(character)) {
      if (open.at(-1)?.closing !== character) break;
      open.pop();
    }
    stop += character.length;
  }
  return { end: open[0]?.at ?? stop, stop };
}

function withoutTrailing(rest: string, before: string): string {
  let end = rest.length;
  const isTrailing = (last: string) => TRAILING.has(last) || (last === before && EMPHASIS.has(last));
  while (end > 0 && isTrailing(rest.charAt(end - 1))) end -= 1;
  return rest.slice(0, end);
}

/** The target and the length of the link. Undefined if it leads to another host than it shows. */
function targetOf(scheme: string, rest: string): { href: string; length: number } | undefined {
  const path = rest.search(/[/?#]/);
  const [ascii = ''] = /^[\w.:-]*/.exec(rest) ?? [];
  const endsBeforeWords =
    path < 0 && ascii.includes('.') && WORDS_WITHOUT_SPACE.test(rest.slice(ascii.length));
  const address = endsBeforeWords ? ascii : rest;
  const authority = path < 0 ? address : address.slice(0, path);
  if (authority.length > LONGEST_HOST) return undefined;
  const [, host, port] = HOST.exec(authority) ?? [];
  if (!host || host.includes('..') || !URL.canParse(scheme + address)) return undefined;
  const { href, hostname, protocol, port: named } = new URL(scheme + address);
  const portOf = (text: string | undefined) => Number(text || DEFAULT_PORTS[protocol]);
  const isShown = hostname === host.toLowerCase() && portOf(named) === portOf(port);
  return isShown ? { href, length: address.length } : undefined;
}

/** A piece of a message: plain text, or a link. */
export interface Piece {
  readonly text: string;
  readonly href?: string;
}

/** Splits a message into pieces. Joined, they are exactly the message. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const { from, to, href } of linksIn(text)) {
    if (from > done) pieces.push({ text: text.slice(done, from) });
    pieces.push({ text: text.slice(from, to), href });
    done = to;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}
