import { isAssumption } from '../../../local/assumptions.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../../local/runtime.ts';
import { build } from '../../../scripts/build.ts';

export interface Watched {
  readonly runtime: Runtime;
  /** Stops the runtime. Throws if its functions logged a fault or a secret, or scanned the table. */
  end(): Promise<void>;
}

/** With `npm run test:assume`, all runtimes of a run assume this. */
const assumedByAll = (process.env.PARLEY_ASSUME ?? '').split(',').filter(isAssumption);

export interface SystemOptions extends Pick<RuntimeOptions, 'limits' | 'requestMs' | 'assume' | 'bootstrap'> {
  /** Deploy-time settings, as `-c name=value` of the CDK. */
  readonly context?: Readonly<Record<string, string>>;
  /** Gets every line that a function logs. */
  readonly onLog?: (line: string) => void;
}

/** Starts a local runtime in memory, on a free port. */
export async function startWatched({
  context = {},
  limits = {},
  assume = assumedByAll,
  bootstrap,
  requestMs,
  onLog: tell = () => {},
}: SystemOptions = {}): Promise<Watched> {
  const faults: string[] = [];
  const leaks: string[] = [];
  const onLog = (line: string) => {
    tell(line);
    if (isFault(line)) faults.push(line);
    if (hasSecret(line)) leaks.push(line);
  };
  const runtime = await startRuntime({
    assembly: () => build(context),
    port: 0,
    memory: true,
    limits,
    assume,
    bootstrap,
    ...(requestMs !== undefined && { requestMs }),
    onLog,
  });
  return {
    runtime,
    async end() {
      await runtime.stop();
      assertNoScan(runtime);
      if (faults.length > 0)
        throw new Error(`Nothing that a client sends is a server's fault:\n${faults.join('\n')}`);
      if (leaks.length > 0) throw new Error(`Logs have no secrets:\n${leaks.join('\n')}`);
    },
  };
}

/** An authorizer answers 401 by throwing exactly this. Any other error is a fault of the server. */
function isFault(line: string): boolean {
  return /\] ERROR |"errorType"/.test(line) && !line.includes('"errorMessage":"Unauthorized"');
}

/**
 * A JWT, a refresh token or an e-mail address. Tests use addresses of example.com only. The local runtime itself names the mails that
 * it has written.
 */
function hasSecret(line: string): boolean {
  if (line.startsWith('[mail] ')) return false;
  return /\beyJ[\w-]{10,}\.[\w-]{10,}|[\da-f]{12}\.[\da-f-]{36}\.[\w-]{43}|@example\.com/.test(line);
}

/** Throws if a function has scanned the table since the last reset. No work may grow with the size of the table. */
export function assertNoScan(runtime: Runtime): void {
  const scans = runtime.usage().requests.filter(({ operation }) => operation === 'Scan');
  if (scans.length === 0) return;
  throw new Error(`${scans.length} Scans, by ${[...new Set(scans.map((scan) => scan.function))].join(', ')}`);
}
