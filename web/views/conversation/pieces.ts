/** A piece of a message: words, or an address that can be followed. */
export interface Piece {
  readonly text: string;
  readonly href?: string;
}

/** What is seldom meant as an address's last character: the end of a sentence, a closing bracket that none opened. */
const TRAILING = /[.,;:!?'"’”»]+$/;

/** A message in pieces; joined they are the message, character by character. Only `http` and `https` are followed. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(/\bhttps?:\/\/[^\s<>]+/gi)) {
    const address = trimmed(found);
    if (!URL.canParse(address)) continue;
    if (index > from) pieces.push({ text: text.slice(from, index) });
    pieces.push({ text: address, href: new URL(address).href });
    from = index + address.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

function trimmed(found: string): string {
  const address = found.replace(TRAILING, '');
  const isOpen = address.split('(').length > address.split(')').length - 1;
  return address.endsWith(')') && !isOpen ? trimmed(address.slice(0, -1)) : address;
}
