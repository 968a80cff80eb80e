import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A command cannot be started, or ended with another code than 0. Its output is part of the message, unless it was shown. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the command and all that it has started. */
  readonly signal: AbortSignal;
  /** Prints the output as it comes, instead of keeping it for an error. */
  readonly shows?: boolean;
}

/**
 * Runs a command to its end.
 *
 * @throws CommandError if it fails
 */
export async function run(
  command: string,
  args: readonly string[],
  { env = process.env, signal, shows = false }: RunOptions,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(command, args, {
    env,
    stdio: shows ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches this process only, which ends the whole group.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const end = () => killGroup(child.pid);
  signal.addEventListener('abort', end);
  try {
    const [code] = await once(child, 'close').catch((error: Error) => {
      throw new CommandError(error.message);
    });
    signal.throwIfAborted();
    if (code !== 0)
      throw new CommandError(`${output}\n${command} ${args.join(' ')}: exit code ${code}`.trim());
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** It is not an error if the group has already ended. */
function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
