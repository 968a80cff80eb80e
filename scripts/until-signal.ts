import { UsageError } from '../local/command-line.ts';
import { PortTakenError } from '../local/listen.ts';
import { BuildError } from './build.ts';
import { CommandError } from './run.ts';

/** The message of these errors says all. Other errors are shown with their stack. */
const expected = [BuildError, CommandError, PortTakenError, UsageError];

/**
 * Runs work, and ends the process. The first signal aborts the work, which then cleans up. A second signal ends the process at
 * once.
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
    const isExpected = expected.some((type) => error instanceof type);
    console.error(isExpected ? (error as Error).message : error);
    process.exit(1);
  }
}
