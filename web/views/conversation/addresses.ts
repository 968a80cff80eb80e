/** An address within a text: where it stands, and where it leads. */
export interface Address {
  readonly from: number;
  readonly to: number;
  readonly href: string;
}

const SCHEME = /(?<![a-z\d])https?:\/\//gi;

/**
 * No address contains these as they are: spaces, invisible characters (U+200B, controls of the writing direction), quotation
 * marks, and punctuation beyond ASCII. Some languages have a few of those within their words.
 */
const OUTSIDE =
  /[[\s\p{C}\p{Default_Ignorable_Code_Point}\p{P}<>"`\|^＜＞｜]--[!#%\&'\(\)*,\-.\/:;?@\[\\\]_\{\}\u200c\u200d\ufe0f·‐‑–—’・]]/v;

/** An address seldom ends with these; a sentence does. */
const TRAILING = new Set(".,;:!?'\u200c\u200d\ufe0f·‐‑–—’・");
/** Around an address they are emphasis. */
const EMPHASIS = new Set('*_~');
const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const CLOSING = new Set(Object.values(CLOSED_BY));

/** In ASCII alone: letters of other scripts look like these. URLs that browsers copy have such hosts in ASCII anyway (`xn--…`). */
const HOST = /^([a-z\d](?:[\w.-]*[a-z\d])?|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i;
const LONGEST_HOST = 260;
/** Chinese, Japanese and Korean need no space between an address and the next word. */
const WORDS_WITHOUT_SPACE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+$/u;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Finds the addresses in a text. Each ends where a person would end it, and shows the very host that it leads to: others,
 * such as `https://bank.example@evil.example`, are left out. Reads each character once, whatever the text is.
 */
export function* addressesIn(text: string): Generator<Address> {
  const schemes = [...text.matchAll(SCHEME)];
  const beginnings = new Set(schemes.map(({ index }) => index));
  let read = 0;
  for (const { 0: scheme, index } of schemes) {
    if (index < read) continue;
    const start = index + scheme.length;
    const { end, stop } = extent(text, start, beginnings);
    read = stop;
    const rest = withoutTrailing(text.slice(start, end), text.charAt(index - 1));
    const url = destination(scheme, rest);
    if (url) yield { from: index, to: start + url.length, href: url.href };
  }
}

/**
 * How far an address reaches at most, and how far it was read: `end` is the first character that none contains, a bracket
 * that was not opened in it, or one that is not closed in it.
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

/** Where it leads, and how much of it says so; undefined when it leads to another host than the one it shows. */
function destination(scheme: string, rest: string): { href: string; length: number } | undefined {
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
