/** A message as a client has it. */
export interface Held {
  readonly seq: number;
  readonly senderId: string;
  readonly text: string;
}

/** A member of a pair, with one device. */
export interface Member {
  readonly userId: string;
  readonly access: string;
  readonly record: Record;
  /** Sends messages, again and again until each is acknowledged. */
  say(texts: readonly string[]): Promise<void>;
  /** What the device holds now, without gaps from number 1 on. */
  held(): readonly Held[];
  /** Asks the server for what the device has missed. */
  catchUp(): Promise<void>;
  /** The page reloads, if it is a page. */
  reload?(): void;
  close(): void;
}

/** The messages that a member wrote, and those that they were shown. No two have the same text. */
export class Record {
  /** In the order in which they were written. */
  readonly written: string[] = [];
  /** The number of each acknowledged message. */
  readonly acknowledged = new Map<string, number>();
  /** The message that this device was shown first for a number. */
  readonly shown = new Map<number, Held>();
  /** Frames that were sent again. */
  retries = 0;
  /** What must not be, however the rest ends. */
  fault: string | undefined;
  readonly #onAcknowledged: () => void;

  constructor(onAcknowledged: () => void) {
    this.#onAcknowledged = onAcknowledged;
  }

  acknowledge(text: string, seq: number): void {
    const before = this.acknowledged.get(text);
    if (before === seq) return;
    if (before !== undefined) this.fault ??= `${text} was acknowledged as ${before}, then as ${seq}`;
    this.acknowledged.set(text, seq);
    this.#onAcknowledged();
  }

  show(message: Held): void {
    const before = this.shown.get(message.seq);
    if (before === undefined) this.shown.set(message.seq, message);
    else if (before.text !== message.text || before.senderId !== message.senderId)
      this.fault ??= `number ${message.seq} was shown as ${before.text}, then as ${message.text}`;
  }
}
