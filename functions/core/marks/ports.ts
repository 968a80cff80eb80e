import type { Marks, ReadPosition } from './mark.ts';

export interface MarkStore {
  /** Eventually consistent. `receivedAt` is when the delivery mark was last written. */
  of(userId: string, conversation: string): Promise<Marks & { readonly receivedAt: Date | undefined }>;
  /** Moves the reader's mark forward, and the delivery mark with it; false when it was there already. */
  moveRead(userId: string, conversation: string, position: ReadPosition): Promise<boolean>;
  /** The delivery mark, if it was not moved within the last `everyMs`: false, too, where it was. */
  moveReceived(
    userId: string,
    conversation: string,
    seq: number,
    now: Date,
    everyMs: number,
  ): Promise<boolean>;
}
