/** In code points: enough for one line of an inbox, and at most half of the 1 KB that a write unit covers. */
const MAX_PREVIEW = 120;

let segmenter: Intl.Segmenter | undefined;

/**
 * The beginning of a message, for an inbox: a short text whole, a longer one cut between grapheme clusters, which
 * people see as characters. The functions and the library both cut here, so that a line does not change when it is
 * loaded again. Reads only the beginning of the text, however long it is.
 */
export function preview(text: string): string {
  // One UTF-16 unit more than the longest preview: a longer text never looks as if it just fitted.
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
  // A single cluster that is too long is cut between its code points.
  const kept = end > 0 ? head.slice(0, end) : characters.slice(0, MAX_PREVIEW - 1).join('');
  return `${kept}…`;
}
