import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startRuntime } from '../../local/runtime.ts';
import { build } from '../../scripts/build.ts';
import { costsOf, idleHour, markdownOf } from './cost-table.ts';
import { measure } from './measure.ts';
import { Scene } from './scene.ts';
import { BenchIssuer } from './worst/bench-issuer.ts';
import { DEAREST, FAN_OUT, type Kind } from './worst/kinds.ts';
import { measureDearest } from './worst/measure.ts';
import { measureSignUps } from './worst/measure-sign-ups.ts';
import { markdownOf as dearestMarkdown, dearestOf } from './worst/table.ts';

/**
 * Counts the consumption of the running system and prints the cost on AWS: `npm run cost`. With `--worst` it does this for the
 * dearest frame or request of each kind. With `--record` it stores the counts. Tests compare the tables in docs/costs.md with them.
 */
const values = readOptions();
const issuer = await BenchIssuer.start();
const start = (context: Readonly<Record<string, string>>) =>
  startRuntime({
    port: 0,
    memory: true,
    // No limit may stop the work, and no password takes long: that of a hash is assumed. It calls the HTTP API itself.
    assembly: () => build({ limits: 'off', bareApis: 'on', passwordCost: '4', ...context }),
    onLog: (line) => console.error(line),
  });
const runtime = await start({ issuers: JSON.stringify([issuer.setting]) });
try {
  if (values.worst) await dearest();
  else await ordinary();
} finally {
  await runtime.stop();
  await issuer.stop();
}

function readOptions() {
  try {
    return parseArgs({ options: { worst: { type: 'boolean' }, record: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\nUsage: npm run cost -- [--worst] [--record]`);
    process.exit(1);
  }
}

async function ordinary(): Promise<void> {
  const scene = await Scene.set(runtime);
  const counts = await measure(scene);
  await scene.end();
  const costs = costsOf(counts);
  console.log(markdownOf(costs));
  console.log(`\nA socket that is silent for an hour: ${idleHour(costs.ping).toFixed(6)} USD`);
  record('counts.json', counts);
}

async function dearest(): Promise<void> {
  const progress = (what: string) => console.error(`… ${what}`);
  const most = await measureDearest(runtime, issuer, progress);
  progress('sign-ups');
  const counts = { ...most, ...(await signUps()) };
  const all = dearestOf(counts);
  console.log(dearestMarkdown(Object.keys(DEAREST).map((kind) => all[kind as Kind])));
  console.log(`\n${dearestMarkdown(Object.keys(FAN_OUT).map((kind) => all[kind as keyof typeof FAN_OUT]))}`);
  record('worst/counts.json', counts);
}

async function signUps() {
  const verified = await start({ verifyEmail: 'required' });
  try {
    return await measureSignUps(verified);
  } finally {
    await verified.stop();
  }
}

function record(file: string, counts: object): void {
  if (!values.record) return;
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(join(import.meta.dirname, file), `${JSON.stringify({ date, counts }, null, 2)}\n`);
}
