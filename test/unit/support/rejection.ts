/** The error that a promise was rejected with, as plain data, to be compared whole: `{ code: 'busy' }`. */
export async function rejection(promise: Promise<unknown>): Promise<object> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome) throw new Error(`resolved, to ${JSON.stringify(outcome.value)}`);
  return { ...(outcome.error as object) };
}

/** The same of a call that throws. */
export function thrownBy(call: () => unknown): object {
  try {
    call();
  } catch (error) {
    return { ...(error as object) };
  }
  throw new Error('nothing was thrown');
}
