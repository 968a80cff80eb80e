import type { BatchListener, Told } from './readers.ts';

interface Span {
  readonly seq: number;
  readonly begun: number;
  /** Infinite until a batch with it has succeeded. */
  ended: number;
}

/** When the inboxes got each conversation's newest message: from its first batch to its last. */
export class Recency {
  readonly #spans = new Map<string, Span>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly onBatch: BatchListener = (messages) => {
    for (const { conversation, seq } of messages) {
      if (seq > (this.#spans.get(conversation)?.seq ?? 0)) {
        this.#spans.set(conversation, { seq, begun: this.#now(), ended: Number.POSITIVE_INFINITY });
      }
    }
    return (isOk) => {
      if (isOk) this.#end(messages);
    };
  };

  #end(messages: readonly Told[]): void {
    for (const { conversation, seq } of messages) {
      const span = this.#spans.get(conversation);
      if (span?.seq === seq) span.ended = this.#now();
    }
  }

  /** If both came at once, either order is right. Otherwise the later one must be above. */
  standsAbove(one: string, other: string): boolean {
    const [upper, lower] = [this.#spans.get(one), this.#spans.get(other)];
    return upper !== undefined && lower !== undefined && upper.begun > lower.ended;
  }
}
