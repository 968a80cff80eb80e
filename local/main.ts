/** `npm start`: the local runtime as a command. */
import { join } from 'node:path';
import { AssemblyError } from './assembly/assembly-error.ts';
import { NoEngineError } from './aws/find-engine.ts';
import { BuildError } from './build.ts';
import { type Command, readCommand, UsageError, usageText } from './command-line.ts';
import { PortTakenError } from './listen.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { StateInUseError } from './state-folder.ts';
import { watchSources } from './watch.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

try {
  const command = readCommand(process.argv.slice(2), process.env);
  if (command.help) print(usageText);
  else await run(command);
} catch (error) {
  fail(error);
}

async function run({ port, memory, stateFolder, hosts, watch, context }: Command): Promise<void> {
  const starting = startRuntime({
    port,
    memory,
    hosts,
    context,
    onLog: print,
    ...(stateFolder && { stateFolder }),
  });
  endOnSignals(starting);
  const runtime = await starting;
  const { url, tableEndpoint, credentials } = runtime;
  const socketUrl = url.replace('http', 'ws');
  print(
    `Parley is ready: ${url}/ · ${socketUrl}/ws · ${socketUrl}/ws/chat/{user_id}/ · ${url}/schema/swagger-ui/ · DynamoDB and Secrets Manager: ${tableEndpoint}/ with the access key ${credentials.accessKeyId}`,
  );
  if (watch) watchSources(join(import.meta.dirname, '..'), () => reload(runtime));
  fail(new Error(await runtime.died));
}

async function reload(runtime: Runtime): Promise<void> {
  const start = performance.now();
  try {
    await runtime.reload();
    print(`[runtime] reloaded in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  } catch (error) {
    print(`[runtime] not reloaded, the old version goes on: ${messageOf(error)}`);
  }
}

/** Ends what was started, in order; a second signal ends it at once, and the processes notice by themselves. */
function endOnSignals(starting: Promise<Runtime>): void {
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, async () => {
      if (ending) process.exit(1);
      ending = true;
      const runtime = await starting.catch(() => undefined);
      await runtime?.stop();
      process.exit(0);
    });
  }
}

function fail(error: unknown): never {
  process.stderr.write(`parley: ${messageOf(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usageText}\n`);
  process.exit(1);
}

/** What is a user's to solve is told in a line; anything else comes with its stack. */
function messageOf(error: unknown): string {
  const expected = [AssemblyError, NoEngineError, BuildError, UsageError, PortTakenError, StateInUseError];
  if (expected.some((type) => error instanceof type)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
