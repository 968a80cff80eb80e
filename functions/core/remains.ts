/** One step deletes so many items, which takes a second. */
const ITEMS = 500;

/** Longer than any function runs that had begun before the end, and writes after it. */
const LOOK_AGAIN_MS = 60 * 60 * 1000;

/** What an account or a group leaves behind, beside the marks that it was there. Each step may be repeated. */
export interface Remains {
  /** Deletes so many items at most. */
  clear(id: string, most: number): Promise<'more' | 'done'>;
  /** Asks for the next step by a change of the mark, which comes back through the stream. */
  askAgain(id: string): Promise<void>;
  /** Brings another look through the stream, some time after this one. */
  lookAgain(id: string, at: Date): Promise<void>;
}

/**
 * One step of removing what is left. The last one asks for one more look after an hour, because a function that was under way may still
 * write.
 * @param isLate this is that look
 * @returns whether nothing more will be looked for
 */
export async function clearStep(
  { remains, now }: { readonly remains: Remains; readonly now: () => Date },
  id: string,
  isLate: true | undefined,
): Promise<boolean> {
  if ((await remains.clear(id, ITEMS)) === 'more') {
    await remains.askAgain(id);
    return false;
  }
  if (!isLate) await remains.lookAgain(id, new Date(now().getTime() + LOOK_AGAIN_MS));
  return isLate === true;
}
