/** What a client holds of a conversation: all messages up to this `seq`. */
export interface Held {
  readonly conversation: string;
  readonly seq: number;
}

export interface Ahead {
  /** Of these, those whose log goes on: the log has no gaps, so that the next `seq` exists or nothing is missing. Strongly consistent. */
  ahead(held: readonly Held[]): Promise<ReadonlySet<string>>;
}
