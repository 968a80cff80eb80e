import { mkdirSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { root } from '../build.ts';
import { run } from '../run.ts';
import { copyAssembly, leaveOut } from './change-assembly.ts';
import { region, startMinistack } from './ministack.ts';

const work = join(root, '.cache', 'emulator');

/** An emulator of AWS, and the CDK's command line for it. */
export interface Stage {
  readonly endpoint: string;
  readonly isMinistack: boolean;
  bootstrap(assembly: string): Promise<void>;
  /** Deploys stacks of an assembly, by default all. */
  deploy(assembly: string, ...stacks: string[]): Promise<Outputs>;
  destroy(assembly: string): Promise<void>;
  /** Ends the emulator, if this process has started it. */
  stop(): Promise<void>;
}

export interface Outputs {
  readonly httpApiUrl: string;
  readonly webSocketUrl: string;
}

/**
 * Opens the emulator at AWS_ENDPOINT_URL, or starts a MiniStack.
 *
 * @throws CommandError
 */
export async function openStage(signal: AbortSignal): Promise<Stage> {
  mkdirSync(work, { recursive: true });
  const given = process.env.AWS_ENDPOINT_URL;
  const emulator = given ? { endpoint: given, stop: async () => {} } : await startMinistack(signal);
  const env = environmentOf(emulator.endpoint);
  const cdk = (...args: string[]) =>
    run(process.execPath, [join(root, 'node_modules/aws-cdk/bin/cdk'), ...args, '--no-notices'], {
      env,
      signal,
    });
  return {
    endpoint: emulator.endpoint,
    isMinistack: await isMinistack(emulator.endpoint),
    bootstrap: (assembly) => cdk('bootstrap', '--app', assembly),
    async deploy(assembly, ...stacks) {
      const outputs = join(work, 'outputs.json');
      const which = stacks.length > 0 ? [...stacks, '--exclusively'] : ['--all'];
      const quiet = ['--require-approval', 'never', '--outputs-file', outputs];
      await cdk('deploy', ...which, '--app', assembly, ...quiet);
      return readOutputs(outputs);
    },
    destroy: (assembly) => cdk('destroy', '--all', '--force', '--app', assembly),
    stop: emulator.stop,
  };
}

async function isMinistack(endpoint: string): Promise<boolean> {
  const health = await fetch(new URL('/_ministack/health', endpoint)).catch(() => undefined);
  return health?.ok ?? false;
}

/** What MiniStack cannot create: docs/emulators.md. */
const missing = /^AWS::ApiGatewayV2::RouteResponse$|^Custom::/;

/** A copy of an assembly, without the resources that the emulator of this stage cannot create. */
export function assemblyFor({ isMinistack }: Stage, source: string, name: string): string {
  const target = join(work, name);
  copyAssembly(source, target);
  if (isMinistack) leaveOut(target, (type) => missing.test(type));
  return target;
}

/** The CDK sees the emulator and nothing of this user's AWS profiles. */
function environmentOf(endpoint: string): NodeJS.ProcessEnv {
  const { AWS_PROFILE: _, ...env } = process.env;
  return {
    ...env,
    AWS_ENDPOINT_URL: endpoint,
    // An address instead of a name: the SDK then puts the bucket into the path, and no DNS is needed.
    AWS_ENDPOINT_URL_S3: process.env.AWS_ENDPOINT_URL_S3 ?? endpoint.replace('//localhost', '//127.0.0.1'),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    CDK_HOME: join(work, 'cdk'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
  };
}

function readOutputs(file: string): Outputs {
  const stacks: Record<string, Record<string, string>> = JSON.parse(readFileSync(file, 'utf8'));
  const { HttpApiUrl = '', WebSocketUrl = '' } = Object.assign({}, ...Object.values(stacks));
  return { httpApiUrl: HttpApiUrl, webSocketUrl: WebSocketUrl };
}
