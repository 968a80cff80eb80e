/** Works on all items in their order, at most `count` at once. The first failure rejects, and then no further item is begun. */
export async function atMost<T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = each(items);
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
}

/** A loop that an error leaves closes this generator, and so it ends the other loops over it. An array's own iterator goes on. */
function* each<T>(items: readonly T[]): Generator<T> {
  yield* items;
}

/**
 * Rejects only once all have ended. Lambda calls a function that fails again at once, and work that is still under way would
 * run beside its own repetition.
 */
export async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}
