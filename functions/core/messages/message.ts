/** One entry of a conversation's log. */
export interface Message {
  readonly id: string;
  readonly conversation: string;
  /** Its place in the conversation: 1, 2, 3 … without a gap. */
  readonly seq: number;
  readonly senderId: string;
  readonly text: string;
  /** The client's own name for it, by which a retry is known. */
  readonly clientId?: string | undefined;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}
