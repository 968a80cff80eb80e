import { addressesIn } from './addresses.ts';

/** A piece of a message: words, or an address that can be followed. */
export interface Piece {
  readonly text: string;
  readonly href?: string;
}

/** A message in pieces; joined they are the message, character by character. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const { from, to, href } of addressesIn(text)) {
    if (from > done) pieces.push({ text: text.slice(done, from) });
    pieces.push({ text: text.slice(from, to), href });
    done = to;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}
