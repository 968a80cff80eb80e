import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../scripts/build.ts';
import { pythonEnvironment } from '../../scripts/python.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

/** What happens to a request: a part of microburst's rules. */
export interface Fault {
  readonly error?: { readonly code: string };
  readonly reset?: true;
  /** Milliseconds until the request goes on to the table. */
  readonly latency?: number;
  /** The request reaches the table. Its answer breaks off. */
  readonly response?: { readonly abort_frac: number };
}

/** The requests that meet the fault. */
export interface Aim {
  /** The value of `AWS_SDK_UA_APP_ID` in the function. */
  readonly app: string;
  /** Of DynamoDB. */
  readonly operation: string;
  /** Text in the request. */
  readonly marker: string;
  /** The first so many requests; all of them by default. */
  readonly times?: number;
}

export interface Injected {
  /** How many requests have met the fault. */
  count(): Promise<number>;
  end(): Promise<void>;
}

export interface Microburst {
  inject(fault: Fault, aim: Aim): Promise<Injected>;
  stop(): Promise<void>;
}

/**
 * Starts microburst, a proxy that injects faults into AWS calls. The first start installs it into a Python virtual
 * environment in `.cache/`.
 *
 * @throws CommandError if there is no Python with venv, or no package
 */
export async function startMicroburst(upstream: string, port: number): Promise<Microburst> {
  const environment = await pythonEnvironment('faults', requirements, new AbortController().signal);
  const command = [join(environment, 'bin', 'microburst'), '--upstream', upstream, '--port', String(port)];
  const child = spawn(process.execPath, [join(root, 'local', 'supervise.mjs'), '', ...command], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // No settings of this shell: neither a proxy nor credentials.
    env: { PATH: process.env.PATH },
  });
  const said = text(child.stderr);
  const ended = once(child, 'exit');
  const address = `http://127.0.0.1:${port}`;
  const control = async <Output>(method: string, path: string, body?: object) => {
    const response = await fetch(`${address}/_microburst/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Output;
  };
  for (const deadline = Date.now() + 30_000; ; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`microburst ended:\n${await said}`);
    if (await control('GET', 'health').catch(() => undefined)) break;
    if (Date.now() > deadline) throw new Error('microburst does not answer');
  }
  // With its first request it reads the models of all services, which takes seconds.
  await fetch(address, { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' } });
  return {
    async inject(fault, { app, operation, marker, times }) {
      const body = `contains(to_string(@), '${marker}')`;
      const headers = { 'user-agent': `app/${app}` };
      const rule = { service: 'dynamodb', operation, headers, body, ...fault, ...(times && { times }) };
      const [added] = await control<[{ id: number }]>('PATCH', 'rules', [rule]);
      return {
        count: async () => (await control<unknown[]>('GET', `fired?rule_id=${added.id}`)).length,
        async end() {
          await control('DELETE', 'rules', [{ operation, headers, body }]);
        },
      };
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
