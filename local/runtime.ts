import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { type Admission, machineOnly } from './admission.ts';
import { readAssembly } from './assembly/read-assembly.ts';
import type { Assumption } from './assumptions.ts';
import { accessControl } from './aws/access-control.ts';
import { accessKeys, type Credentials, toolsName } from './aws/access-keys.ts';
import { type Engine, foreignEngine, startDynoxide } from './aws/dynoxide.ts';
import { awsEndpoints, guardConnections } from './aws/endpoints.ts';
import { mailService } from './aws/mail.ts';
import { secretValues } from './aws/secret-values.ts';
import { secretsManager } from './aws/secrets-manager.ts';
import { tableProxy } from './aws/table-proxy.ts';
import { type Deployed, deploy } from './deployed.ts';
import { type Handlers, listen } from './listen.ts';
import { functionLog } from './log-line.ts';
import type { GatewayLimits } from './model.ts';
import { holdStateFolder } from './state-folder.ts';
import { type Usage, UsageCounter } from './usage.ts';

export interface RuntimeOptions {
  /** The folder of a cloud assembly (`cdk.out`), or a function that builds one and returns its folder. */
  readonly assembly: string | (() => Promise<string>);
  /** Resource types that the runtime leaves out, known or unknown. */
  readonly ignoredTypes?: readonly string[];
  /** The port of the distribution. 0 selects a free one. */
  readonly port: number;
  /** Store nothing. */
  readonly memory: boolean;
  /** The folder for the data. Default: `.parley` in the current folder. */
  readonly stateFolder?: string | undefined;
  /** Default: API Gateway's own quotas. */
  readonly limits?: Partial<GatewayLimits>;
  /** How long a client may take to send a request. Default: {@link REQUEST_MS}. */
  readonly requestMs?: number;
  /** Behaviour of AWS that is not documented, and differs from the default of the runtime. */
  readonly assume?: readonly Assumption[];
  /** A Node.js program that runs the handlers, as the bootstrap of a custom runtime does. Default: the runtime's own. */
  readonly bootstrap?: string | undefined;
  /** Receives the log lines of the functions and of the runtime itself. */
  readonly onLog?: (line: string) => void;
  /** Names of this machine besides `localhost`, such as the name of a TLS proxy. */
  readonly hosts?: readonly string[];
}

export interface Runtime {
  /** The URL of the distribution, with pages and both APIs on one origin. */
  readonly url: string;
  /** The URL of the WebSocket API itself, with its stage. */
  readonly webSocketUrl: string;
  /** The URL of the HTTP API itself. */
  readonly httpApiUrl: string;
  /** The URL of DynamoDB and Secrets Manager for tools. Requests to it count as usage. */
  readonly tableEndpoint: string;
  /** The credentials with which tools must sign their requests to `tableEndpoint`. */
  readonly credentials: Credentials;
  readonly tableName: string;
  /** The folder of sent mail, a file each. */
  readonly mailFolder: string;
  /** Resolves with a reason if the runtime cannot continue. */
  readonly died: Promise<string>;
  usage(): Usage;
  resetUsage(): void;
  /** Reads the assembly again and runs it. After an error the old version keeps running. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** API Gateway's quotas. */
const quotas: GatewayLimits = { idleMs: 10 * 60_000, connectionMs: 2 * 60 * 60_000 };

/**
 * Runs a CDK app on this machine, from its synthesized templates and its bundles, on one port.
 *
 * @throws PortTakenError, StateInUseError, NoEngineError, AssemblyError, or an error of `assembly`
 * @example
 * const runtime = await startRuntime({ assembly: 'cdk.out', port: 0, memory: true });
 * await fetch(runtime.url);
 * await runtime.stop();
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const closers: (() => unknown)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await compose(options, (close) => closers.push(close), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function compose(
  options: RuntimeOptions,
  atEnd: (close: () => unknown) => void,
  stop: () => Promise<void>,
): Promise<Runtime> {
  const { assembly, ignoredTypes = [], hosts = [], onLog = () => {} } = options;
  const read = async () =>
    readAssembly(typeof assembly === 'string' ? assembly : await assembly(), ignoredTypes);
  const anybody: Admission = { hosts, pages: true };
  const site = Promise.withResolvers<Handlers>();
  const front = await listen(options.port, anybody, site.promise, options);
  atEnd(front.close);

  const stateFolder = options.memory ? undefined : resolve(options.stateFolder ?? '.parley');
  if (stateFolder !== undefined) atEnd(holdStateFolder(stateFolder));

  const starting = startEngine(stateFolder);
  atEnd(() => starting.then((engine) => engine.stop()).catch(() => {}));
  const [engine, deployment] = await Promise.all([starting, read()]);

  const usage = new UsageCounter();
  const assumed = new Set(options.assume);
  const { short, log } = functionLog(deployment, onLog);
  const secrets = secretValues(stateFolder && join(stateFolder, 'secrets.json'));
  let deployed: Deployed | undefined;
  const keys = accessKeys();
  const access = accessControl(deployment.functions, log);
  const mailFolder = makeMailFolder(stateFolder, atEnd);
  const dynamodb = tableProxy({
    endpoint: engine.endpoint,
    partitionKey: deployment.table.partitionKey,
    sortKey: deployment.table.sortKey,
    access,
    assumed,
    onRequest: (request) => usage.countRequest(request, short(request.caller)),
    onWrite: () => deployed?.wake(),
  });
  const request = awsEndpoints(keys, {
    dynamodb,
    secretsManager: secretsManager(secrets, access),
    mail: mailService({
      access,
      folder: mailFolder,
      now: () => new Date(),
      onMail: ({ to, subject, path }) =>
        onLog(
          `[mail] ${JSON.stringify(subject)} to ${to}: ${stateFolder === undefined ? path : relative('', path)}`,
        ),
    }),
    connections: guardConnections(
      (...call) => deployed?.connections(...call),
      deployment.webSocketApi.id,
      access,
    ),
  });
  const endpoints = await listen(0, machineOnly, Promise.resolve({ request }));
  atEnd(endpoints.close);
  const endpointsUrl = `http://127.0.0.1:${endpoints.port}`;

  const running = await deploy(deployment, {
    engine,
    secrets,
    access,
    keys,
    endpointsUrl,
    stateFolder,
    limits: { ...quotas, ...options.limits },
    bootstrap: options.bootstrap,
    assumed,
    onInvocation: (functionName) => usage.countInvocation(short(functionName)),
    onLog: log,
  });
  deployed = running;
  atEnd(running.stop);
  const apis = await listen(0, anybody, Promise.resolve(running.apis), options);
  atEnd(apis.close);
  site.resolve(running.site);

  return {
    url: `http://localhost:${front.port}`,
    webSocketUrl: `ws://127.0.0.1:${apis.port}/${deployment.webSocketApi.stage}`,
    httpApiUrl: `http://127.0.0.1:${apis.port}`,
    tableEndpoint: endpointsUrl,
    credentials: keys.of(toolsName),
    tableName: deployment.table.name,
    mailFolder,
    died: engine.died,
    usage: () => usage.read(running.posts()),
    resetUsage: () => usage.reset(running.posts()),
    reload: async () => running.replace(await read()),
    stop,
  };
}

/** Without a folder for the data, mail goes into a temporary one. */
function makeMailFolder(stateFolder: string | undefined, atEnd: (close: () => unknown) => void): string {
  if (stateFolder === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'mail-'));
    atEnd(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }
  const folder = join(stateFolder, 'mail');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function startEngine(stateFolder: string | undefined): Promise<Engine> {
  const endpoint = process.env.DYNAMODB_ENDPOINT;
  if (endpoint !== undefined && endpoint !== '') return foreignEngine(endpoint);
  return startDynoxide(stateFolder);
}
