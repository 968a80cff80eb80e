/** The local runtime as a command: `node local/main.ts --assembly cdk.out`. */
import { AssemblyError } from './assembly/assembly-error.ts';
import { NoEngineError } from './aws/find-engine.ts';
import { type Command, readCommand, UsageError, usageText } from './command-line.ts';
import { PortTakenError } from './listen.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { StateInUseError } from './state-folder.ts';
import { watchSources } from './watch.ts';

/** An app that the command builds from its sources. */
export interface App {
  readonly name: string;
  /** Builds the cloud assembly with deploy-time settings, and returns its folder. */
  build(context: Readonly<Record<string, string>>): Promise<string>;
  /** Errors of `build` that are printed without their stack. */
  readonly buildErrors: readonly (new (
    message: string,
  ) => Error)[];
  /** With `--watch`, a change in `sources` starts a new build. Paths are relative to `root`. */
  readonly root: string;
  readonly sources: { readonly folders: readonly string[]; readonly files: readonly string[] };
  /** The URLs that the start prints, for this URL of the distribution and these deploy-time settings. */
  addresses(url: string, context: Readonly<Record<string, string>>): readonly string[];
}

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Runs the command line of this process. Without an `app` to build, the command needs `--assembly`. */
export async function main(app?: App): Promise<void> {
  try {
    const command = readCommand(process.argv.slice(2), process.env);
    if (command.help) print(usageText);
    // The assembly of `--assembly` belongs to another app.
    else await run(command, command.assembly === undefined ? app : undefined);
  } catch (error) {
    fail(error, app);
  }
}

async function run({ context, watch, help: _, ...options }: Command, app?: App): Promise<void> {
  const assembly = options.assembly ?? (app && (() => app.build(context)));
  if (assembly === undefined)
    throw new UsageError('--assembly must name the folder of a cloud assembly, such as cdk.out');
  const starting = startRuntime({ ...options, assembly, onLog: print });
  endOnSignals(starting);
  const runtime = await starting;
  print(readyLine(runtime, context, app));
  if (watch && app !== undefined) watchSources(app.root, app.sources, () => reload(runtime, app));
  const reason = await runtime.died;
  throw new EndedError(
    options.memory ? `${reason}, and its data is lost` : `${reason}: start again, its data is on disk`,
  );
}

/** The runtime cannot continue. */
class EndedError extends Error {}

function readyLine(runtime: Runtime, context: Command['context'], app?: App): string {
  const { url, httpApiUrl, webSocketUrl, tableEndpoint, credentials } = runtime;
  const addresses = app?.addresses(url, context) ?? [`${url}/`, httpApiUrl, webSocketUrl];
  const tools = `DynamoDB and Secrets Manager: ${tableEndpoint}/ with the access key ${credentials.accessKeyId}`;
  return `${app?.name ?? 'The app'} is ready: ${[...addresses, tools].join(' · ')}`;
}

async function reload(runtime: Runtime, app: App): Promise<void> {
  const start = performance.now();
  try {
    await runtime.reload();
    print(`[runtime] reloaded in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  } catch (error) {
    print(`[runtime] not reloaded, the old version keeps running: ${messageOf(error, app)}`);
  }
}

/** The first signal stops everything in order. A second signal ends this process at once, and its children end too. */
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

function fail(error: unknown, app?: App): never {
  process.stderr.write(`${app?.name.toLowerCase() ?? 'local'}: ${messageOf(error, app)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usageText}\n`);
  process.exit(1);
}

/** One line for errors that the user can fix, and the stack for all others. */
function messageOf(error: unknown, app?: App): string {
  const known = [AssemblyError, EndedError, NoEngineError, UsageError, PortTakenError, StateInUseError];
  const isKnown = [...known, ...(app?.buildErrors ?? [])].some((type) => error instanceof type);
  if (isKnown) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

if (import.meta.main) await main();
