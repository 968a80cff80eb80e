import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { build } from '../../../scripts/build.ts';
import { below, descendants, isAlive, type Process, partOf } from '../../support/processes.ts';
import { type Started, start } from './command.ts';

const running: Started[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function run(args: readonly string[], environment: Record<string, string> = {}): Started {
  const started = start(args, { PORT: '0', ...environment });
  running.push(started);
  return started;
}

function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-state-'));
  folders.push(folder);
  return folder;
}

/** The URL in the line that `npm start` prints when it is ready. */
async function ready(started: Started): Promise<string> {
  return /http:\S+?(?=\/ )/.exec(await started.line(/ready/))?.[0] ?? '';
}

const ada = {
  email: 'ada@example.com',
  username: 'ada',
  first_name: 'Ada',
  last_name: 'Lovelace',
  password: 'an engine weaves',
  password2: 'an engine weaves',
};

const { email, password } = ada;

const post = (url: string, body: object) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('npm start', () => {
  it('prints one line with the URLs when it is ready, and serves them', async () => {
    const started = run(['--memory']);
    const url = await ready(started);
    expect(started.lines).toHaveLength(1);
    const [site, device, socket, api, tools] = started.lines[0]?.split(' · ') ?? [];
    expect([site, device, socket, api]).toEqual([
      `Parley is ready: ${url}/`,
      `${url.replace('http', 'ws')}/ws`,
      `${url.replace('http', 'ws')}/ws/chat/{user_id}/`,
      `${url}/schema/swagger-ui/`,
    ]);
    expect(tools).toMatch(
      /^DynamoDB and Secrets Manager: http:\/\/127\.0\.0\.1:\d+\/ with the access key LOCAL[0-9A-F]{32}$/,
    );
    expect((await fetch(`${url}/schema/`)).status).toBe(200);
    expect(await (await fetch(`${url}/`)).text()).toContain('<html');
  });

  it('accepts deploy-time settings, as cdk deploy does', async () => {
    const origin = 'http://localhost:5173';
    const url = await ready(run(['--memory', '-c', `origins=${origin}`]));
    const asked = (from: string) => fetch(`${url}/users/`, { headers: { origin: from } });
    const { headers } = await asked(origin);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toBe('Link,Retry-After');
    expect((await asked('http://localhost:1')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('names Swagger UI only where it is served', async () => {
    const started = run(['--memory', '-c', 'stage=prod']);
    const url = await ready(started);
    expect(started.lines[0]).not.toContain('swagger-ui');
    expect((await fetch(`${url}/schema/swagger-ui/`)).status).toBe(404);
  });

  it('runs the cloud assembly of --assembly, and prints its URLs', async () => {
    const started = run(['--memory', '--assembly', await build({}), '--ignore', 'AWS::SNS::Topic']);
    const url = await ready(started);
    expect(started.lines).toEqual([
      expect.stringMatching(
        /^The app is ready: \S+ · http:\/\/127\.0\.0\.1:\d+ · ws:\/\/127\.0\.0\.1:\d+\/ws · DynamoDB and Secrets Manager: /,
      ),
    ]);
    expect((await fetch(`${url}/schema/`)).status).toBe(200);
  });

  it('ends with 1 and one line if the assembly does not exist', async () => {
    const started = run(['--memory', '--assembly', '/nowhere']);
    expect(await started.ended).toBe(1);
    expect(started.lines).toEqual(['parley: /nowhere/manifest.json: there is no such file']);
  });

  it('ends with 1 and one line if the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const started = run(['--memory'], { PORT: String(port) });
    expect(await started.ended).toBe(1);
    expect(started.lines).toEqual([
      `parley: port ${port} is in use: stop the process that listens there, or set PORT to another port`,
    ]);
    other.close();
  });

  it.each([
    [['--memry'], {}, "Unknown option '--memry'"],
    [['-c', 'origins'], {}, '-c must be name=value'],
    [['now'], {}, "Unexpected argument 'now'"],
    [[], { PORT: 'http' }, 'PORT must be a number up to 65535, not "http"'],
    [[], { HOSTS: 'https://chat.example' }, 'HOSTS must be names such as chat.example'],
    [
      ['--assembly', 'cdk.out', '--watch'],
      {},
      '--assembly cannot be used with --watch, --context or --limits',
    ],
    [
      ['--assembly', 'cdk.out', '--limits', 'off'],
      {},
      '--assembly cannot be used with --watch, --context or --limits',
    ],
    [[], { PORT: '70000' }, 'PORT must be a number up to 65535, not "70000"'],
  ])('ends with 1 and its usage for %j %j', async (args, environment, message) => {
    const started = run(args, environment);
    expect(await started.ended).toBe(1);
    expect(started.lines[0]).toContain(message);
    expect(started.lines.join('\n')).toContain('npm start -- [--memory]');
  });

  it('prints its usage with --help', async () => {
    const started = run(['--help']);
    expect(await started.ended).toBe(0);
    expect(started.lines[0]).toBe('npm start -- [--memory] [-c name=value …]');
  });

  it('ends with 1 and one line if there is no DynamoDB engine', async () => {
    const started = run(['--memory'], { DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' });
    expect(await started.ended).toBe(1);
    expect(started.lines).toEqual([
      expect.stringMatching(
        /^parley: no DynamoDB engine answers at http:\/\/127.0.0.1:9 \(DYNAMODB_ENDPOINT\): /,
      ),
    ]);
  });

  it('keeps its state after kill -9, and all its processes end', async () => {
    const state = { STATE_FOLDER: stateFolder() };
    const first = run([], state);
    const firstUrl = await ready(first);
    expect((await post(`${firstUrl}/users/register/`, ada)).status).toBe(201);
    const { access } = (await (await post(`${firstUrl}/users/token/`, { email, password })).json()) as {
      access: string;
    };
    const processes = descendants(first.child.pid ?? 0);
    expect(processes.length).toBeGreaterThan(2);

    first.child.kill('SIGKILL');
    await first.ended;
    await vi.waitFor(() => expect(processes.filter(isAlive)).toEqual([]), 5_000);

    const url = await ready(run([], state));
    expect((await post(`${url}/users/register/`, ada)).status).toBe(400);
    expect((await post(`${url}/users/token/`, { email, password })).status).toBe(200);
    // The signing secret is the same, so nobody is logged out.
    const users = await fetch(`${url}/users/`, { headers: { authorization: `Bearer ${access}` } });
    expect(users.status).toBe(200);
    expect(statSync(join(state.STATE_FOLDER, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['the engine', (one: Process) => partOf(one) === 'store'],
    ['the process that supervises the engine', ({ command }: Process) => command.includes('supervise.mjs')],
  ])('ends with 1, one line and no process left if somebody kills %s', async (_who, isIt) => {
    const started = run([], { STATE_FOLDER: stateFolder() });
    const url = await ready(started);
    await fetch(`${url}/schema/`);
    const all = below(started.child.pid ?? 0);
    process.kill(all.find(isIt)?.pid ?? 0, 'SIGKILL');
    expect(await started.ended).toBe(1);
    expect(started.lines.slice(1)).toEqual([
      expect.stringMatching(
        /^parley: the DynamoDB engine ended: .*SIGKILL: start again, its data is on disk$/,
      ),
    ]);
    await vi.waitFor(() => expect(all.filter(({ pid }) => isAlive(pid))).toEqual([]), 5_000);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends every process that it started, on %s', async (signal) => {
    const started = run(['--memory']);
    const url = await ready(started);
    await fetch(`${url}/schema/`);
    const processes = descendants(started.child.pid ?? 0);
    expect(processes.length).toBeGreaterThan(2);
    started.child.kill(signal);
    expect(await started.ended).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(started.lines).toHaveLength(1);
  });

  it('does not share its data with a second runtime', async () => {
    const state = { STATE_FOLDER: stateFolder() };
    await ready(run([], state));
    const second = run([], state);
    expect(await second.ended).toBe(1);
    expect(second.lines).toEqual([
      expect.stringMatching(/^parley: another runtime uses the data in .*parley-state/),
    ]);
  });
});
