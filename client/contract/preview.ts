/** In characters (code points): long enough for a line of an inbox, and at most half of the 1 KB that a write unit covers. */
const MAX_PREVIEW = 120;

let segmenter: Intl.Segmenter | undefined;

/**
 * The beginning of a message, as an inbox shows it: whole if it is short, else cut between what people see as characters.
 * The functions and the library cut here, both, so that a line stays as it is when it is loaded again. However long the
 * text, only its beginning is looked at.
 */
export function preview(text: string): string {
  // One unit more than so many characters can take: a longer text never looks as if it just fitted.
  const head = text.slice(0, 2 * MAX_PREVIEW + 1);
  const characters = [...head];
  if (characters.length <= MAX_PREVIEW) return text;
  segmenter ??= new Intl.Segmenter('en');
  let end = 0;
  let count = 0;
  for (const { segment } of segmenter.segment(head)) {
    count += [...segment].length;
    if (count >= MAX_PREVIEW) break;
    end += segment.length;
  }
  // A letter under more accents than fit is cut between them.
  const kept = end > 0 ? head.slice(0, end) : characters.slice(0, MAX_PREVIEW - 1).join('');
  return `${kept}…`;
}
