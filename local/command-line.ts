import { parseArgs } from 'node:util';
import { type Assumption, assumptions, isAssumption } from './assumptions.ts';

export const usageText = `npm start -- [--memory] [-c name=value …]

Runs a CDK app on this machine, from the same templates as "cdk deploy".

  --memory      store nothing: users, messages and keys are lost at the end
  --watch       build and reload when the sources change (npm run dev)
  --context     or -c: a deploy-time setting, as for "cdk deploy"
  --limits      off: no limit of an account counts, for load tests; short for -c limits=off
  --assembly    the folder of another app's cloud assembly, such as cdk.out
  --ignore      a resource type to leave out, such as AWS::SNS::Topic
  --assume      another answer to a question that AWS's documents leave open
  --help        this text

  PORT=8000             the port of everything
  STATE_FOLDER=.parley  the folder for the data
  HOSTS=chat.example    names besides localhost, such as a TLS proxy's
  LOG=json              the functions' log lines unchanged
  DYNAMODB_ENDPOINT=    another DynamoDB engine on this machine`;

export interface Command {
  readonly port: number;
  readonly memory: boolean;
  readonly stateFolder: string | undefined;
  /** Names besides `localhost`. */
  readonly hosts: readonly string[];
  readonly watch: boolean;
  /** Deploy-time settings by name. */
  readonly context: Readonly<Record<string, string>>;
  /** The folder of a cloud assembly that already exists. */
  readonly assembly: string | undefined;
  /** Resource types that the runtime leaves out. */
  readonly ignoredTypes: readonly string[];
  readonly assume: readonly Assumption[];
  readonly help: boolean;
}

/** The command line or the environment is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function readCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  const port = readPort(environment);
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        memory: { type: 'boolean' },
        watch: { type: 'boolean' },
        help: { type: 'boolean' },
        context: { type: 'string', short: 'c', multiple: true },
        limits: { type: 'string' },
        assembly: { type: 'string' },
        ignore: { type: 'string', multiple: true },
        assume: { type: 'string', multiple: true },
      },
    });
    const { memory = false, watch = false, help = false, assembly, ignore: ignoredTypes = [] } = values;
    const { limits } = values;
    const isBuilt = watch || values.context !== undefined || limits !== undefined;
    if (assembly !== undefined && isBuilt) {
      throw new Error(
        '--assembly cannot be used with --watch, --context or --limits, because the assembly is already built',
      );
    }
    const context = { ...readContext(values.context ?? []), ...(limits !== undefined && { limits }) };
    const stateFolder = environment.STATE_FOLDER || undefined;
    const hosts = (environment.HOSTS ?? '').split(',').map(hostName).filter(Boolean);
    const assume = (values.assume ?? []).map(assumption);
    const given = { memory, stateFolder, hosts, watch, context, assembly, ignoredTypes, assume, help };
    return { port, ...given };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError */
export function readPort({ PORT }: NodeJS.ProcessEnv): number {
  const port = PORT || '8000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`PORT must be a number up to 65535, not "${port}"`);
  }
  return Number(port);
}

/**
 * Deploy-time settings by name, from the values of `-c`.
 *
 * @throws UsageError
 */
export function readContext(settings: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(settings.map(setting));
}

function hostName(given: string): string {
  const name = given.trim().toLowerCase();
  if (/^[\w.-]*$/.test(name)) return name;
  throw new UsageError(`HOSTS must be names such as chat.example, without scheme and port, not "${given}"`);
}

function assumption(given: string): Assumption {
  if (isAssumption(given)) return given;
  throw new Error(`--assume must be one of ${Object.keys(assumptions).join(', ')}, not "${given}"`);
}

/** Splits `name=value` at the first `=`. */
function setting(given: string): [name: string, value: string] {
  const at = given.indexOf('=');
  if (at < 1)
    throw new UsageError(`-c must be name=value, such as origins=http://localhost:5173, not "${given}"`);
  return [given.slice(0, at), given.slice(at + 1)];
}
