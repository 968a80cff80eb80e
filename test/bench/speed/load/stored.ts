export interface StoredText {
  readonly seq: number;
  readonly text: string;
}

/** What a log holds of the messages that one sender sent into it. */
export interface Comparison {
  readonly missing: number;
  /** Copies beyond the first. */
  readonly doubled: number;
  /** Numbers up to the last that no message has. */
  readonly gaps: number;
  /** Messages that are stored behind one that was sent after them. */
  readonly overtaken: number;
}

/**
 * Compares the log with the texts in the order in which they were sent. Each text must be different from all others. The
 * log may also hold texts of others.
 *
 * @param stored what the log holds after the number `after`
 */
export function compareWithLog(
  sent: readonly string[],
  stored: readonly StoredText[],
  after = 0,
): Comparison {
  const places = new Map<string, number[]>();
  for (const { seq, text } of stored) places.set(text, [...(places.get(text) ?? []), seq]);
  let missing = 0;
  let doubled = 0;
  let overtaken = 0;
  // From the last to the first: how early one that was sent later is stored.
  let earliestLater = Number.POSITIVE_INFINITY;
  for (const text of sent.toReversed()) {
    const seqs = places.get(text) ?? [];
    if (seqs.length === 0) {
      missing += 1;
      continue;
    }
    doubled += seqs.length - 1;
    const first = Math.min(...seqs);
    if (first > earliestLater) overtaken += 1;
    earliestLater = Math.min(earliestLater, first);
  }
  const seqs = new Set(stored.map(({ seq }) => seq));
  const gaps = Math.max(after, ...seqs) - after - seqs.size;
  return { missing, doubled, gaps, overtaken };
}

export function sumOf(comparisons: readonly Comparison[]): Comparison {
  const sum = (of: (comparison: Comparison) => number) =>
    comparisons.reduce((total, comparison) => total + of(comparison), 0);
  return {
    missing: sum(({ missing }) => missing),
    doubled: sum(({ doubled }) => doubled),
    gaps: sum(({ gaps }) => gaps),
    overtaken: sum(({ overtaken }) => overtaken),
  };
}
