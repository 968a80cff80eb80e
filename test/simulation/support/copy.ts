import type { Shown } from './witness.ts';

/** What a client holds of a conversation: its messages without a gap, from the first one that its user may see. */
export class Copy {
  #first = 1;
  #messages: Shown[] = [];

  get first(): number {
    return this.#first;
  }

  /** `seq` of the last message. Without a message, that before the first one. */
  get last(): number {
    return this.#first + this.#messages.length - 1;
  }

  get all(): readonly Shown[] {
    return this.#messages;
  }

  at(seq: number): Shown | undefined {
    return this.#messages[seq - this.#first];
  }

  /** Holds a message: one that is held already, or the next one. */
  put(shown: Shown): void {
    this.#messages[shown.seq - this.#first] = shown;
  }

  /** The user may see nothing before this message. */
  beginAt(seq: number): void {
    this.#first = seq;
    this.#messages = this.#messages.filter((one) => one.seq >= seq);
  }
}
