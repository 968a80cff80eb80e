/**
 * Runs work that stops in order at the first signal: what it waits for then throws. A second signal ends this process at
 * once; a MiniStack notices that.
 */
export async function untilSignal(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(1);
      stopping.abort();
    });
  }
  try {
    await work(stopping.signal);
    process.exit();
  } catch (error) {
    if (stopping.signal.aborted) process.exit(130);
    console.error(
      error instanceof Error && error.name.endsWith('Error') && error.name !== 'Error'
        ? error.message
        : error,
    );
    process.exit(1);
  }
}
