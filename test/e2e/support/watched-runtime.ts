import { isAssumption } from '../../../local/assumptions.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../../local/runtime.ts';
import { build } from '../../../scripts/build.ts';

export interface Watched {
  readonly runtime: Runtime;
  /** Stops the runtime. Throws if its functions logged a fault or scanned the table. */
  end(): Promise<void>;
}

/** With `npm run test:assume`, all runtimes of a run assume this. */
const assumedByAll = (process.env.PARLEY_ASSUME ?? '').split(',').filter(isAssumption);

export interface SystemOptions extends Pick<RuntimeOptions, 'limits' | 'assume' | 'bootstrap'> {
  /** Deploy-time settings, as `-c name=value` of the CDK. */
  readonly context?: Readonly<Record<string, string>>;
}

/** Starts a local runtime in memory, on a free port. */
export async function startWatched({
  context = {},
  limits = {},
  assume = assumedByAll,
  bootstrap,
}: SystemOptions = {}): Promise<Watched> {
  const faults: string[] = [];
  const onLog = (line: string) => {
    if (isFault(line)) faults.push(line);
  };
  const runtime = await startRuntime({
    assembly: () => build(context),
    port: 0,
    memory: true,
    limits,
    assume,
    bootstrap,
    onLog,
  });
  return {
    runtime,
    async end() {
      await runtime.stop();
      assertNoScan(runtime);
      if (faults.length > 0)
        throw new Error(`Nothing that a client sends is a server's fault:\n${faults.join('\n')}`);
    },
  };
}

/** An authorizer answers 401 by throwing exactly this. Any other error is a fault of the server. */
function isFault(line: string): boolean {
  return /\] ERROR |"errorType"/.test(line) && !line.includes('"errorMessage":"Unauthorized"');
}

/** Throws if a function has scanned the table since the last reset. No work may grow with the size of the table. */
export function assertNoScan(runtime: Runtime): void {
  const scans = runtime.usage().requests.filter(({ operation }) => operation === 'Scan');
  if (scans.length === 0) return;
  throw new Error(`${scans.length} Scans, by ${[...new Set(scans.map((scan) => scan.function))].join(', ')}`);
}
