/**
 * `npm run test:fuzz`: Schemathesis sends valid and invalid requests to every operation of openapi.yaml, and compares the answers
 * with it. It is a Python package. The first run installs it into `.cache/`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { build, root } from '../../scripts/build.ts';
import { pythonEnvironment } from '../../scripts/python.ts';
import { run } from '../../scripts/run.ts';
import { untilSignal } from '../../scripts/until-signal.ts';
import { BenchIssuer } from '../bench/worst/bench-issuer.ts';
import { OPERATIONS } from '../contract/document.ts';
import { register } from '../support/people.ts';
import { makeStaff } from '../support/staff.ts';

/** How often each status came, by operation. */
type Reached = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Only a system where addresses must be verified has such a link. test/e2e/verified-sign-up.test.ts uses one. */
const ELSEWHERE = ['POST /users/register/confirm'];

await untilSignal(async (signal) => {
  const python = await pythonEnvironment('fuzz', join(import.meta.dirname, 'requirements.txt'), signal);
  const folder = mkdtempSync(join(tmpdir(), 'parley-fuzz-'));
  const issuer = await BenchIssuer.start();
  // It sends more requests than any account may.
  const context = { limits: 'off', passwordCost: '4', issuers: JSON.stringify([issuer.setting]) };
  const logs: string[] = [];
  const runtime = await startRuntime({
    port: 0,
    memory: true,
    assembly: () => build(context),
    onLog: (line) => logs.push(line),
  });
  try {
    const reached = join(folder, 'reached.json');
    const settings = ['--config-file', join(import.meta.dirname, 'schemathesis.toml')];
    await run(
      join(python, 'bin', 'schemathesis'),
      [...settings, 'run', join(root, 'openapi.yaml'), '--url', runtime.url],
      {
        signal,
        shows: true,
        env: {
          PATH: process.env.PATH,
          PYTHONDONTWRITEBYTECODE: '1',
          PARLEY_URL: runtime.url,
          PARLEY_EXCHANGE: JSON.stringify(await issuer.exchange({ sub: 'fuzz' })),
          PARLEY_MAIL: runtime.mailFolder,
          PARLEY_STAFF: JSON.stringify(await moderator(runtime)),
          PARLEY_REACHED: reached,
        },
      },
    );
    assertReached(JSON.parse(readFileSync(reached, 'utf8')));
    assertQuiet(logs);
  } finally {
    await runtime.stop();
    await issuer.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A member of the staff. */
async function moderator(runtime: Runtime): Promise<{ readonly email: string; readonly password: string }> {
  const { id, email, password } = await register(runtime.url);
  await makeStaff(runtime, id);
  return { email, password };
}

/** An operation that only ever refused was not tested. */
function assertReached(reached: Reached): void {
  const missed = OPERATIONS.map(({ method, path }) => `${method} ${path}`).filter(
    (label) =>
      !ELSEWHERE.includes(label) &&
      !Object.keys(reached[label] ?? {}).some((status) => status.startsWith('2')),
  );
  if (missed.length > 0) throw new Error(`No request succeeded: ${missed.join(', ')}`);
  console.log(`${OPERATIONS.length - ELSEWHERE.length} operations succeeded at least once.`);
}

/** A function logs its faults at this level, even those that a client cannot see. */
function assertQuiet(logs: readonly string[]): void {
  const faults = logs.filter((line) => /"level":"ERROR"|"errorType"/.test(line));
  if (faults.length > 0) throw new Error(`The functions logged faults:\n${faults.slice(0, 5).join('\n')}`);
}
