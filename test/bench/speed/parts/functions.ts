import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundling } from '../../../../lib/bundle.ts';
import { type Entry, functionSpecs } from '../../../../lib/functions.ts';
import { readAssembly } from '../../../../local/assembly/read-assembly.ts';
import { build } from '../../../../scripts/build.ts';
import { type Figure, figure, rounded, type Section, table } from '../figure.ts';
import { importCosts } from '../functions/imports.ts';
import { type Start, startOnce } from '../functions/starts.ts';
import { type Part, repeat, say } from '../part.ts';
import { ratios, spreadOf } from '../summary.ts';
import { dataFolder } from '../system/data-folder.ts';

const STARTS = { full: 20, quick: 5 };

/** What most functions of others begin with, bundled in the ordinary way. */
const BARE_CLIENT = `
  import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
  export const client = new DynamoDBClient({});
  export const get = (input) => client.send(new GetItemCommand(input));`;
const BARE = 'a bare DynamoDB client';

interface Bundle {
  readonly name: string;
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The size of each bundle, and what its start takes beside the start of a bare DynamoDB client. */
export const functions: Part = async function* ({ quick, why }) {
  const starts = quick ? STARTS.quick : STARTS.full;
  const folder = mkdtempSync(join(dataFolder(), 'bare-'));
  try {
    const bare = bareClient(folder);
    const bundles = [bare, ...(await ourBundles())];
    // In turns: what disturbs the machine then disturbs all alike.
    const rounds = await repeat('starts of each function', starts, async () => {
      const round = new Map<string, Start>();
      for (const { name, file, environment } of bundles) round.set(name, await startOnce(file, environment));
      return round;
    });
    yield sectionOf(bundles, rounds);
    if (!why) return;
    for (const bundle of bundles.slice(1)) yield await importsOf(bundle, starts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function bareClient(folder: string): Bundle {
  const file = join(folder, 'index.mjs');
  const stdin = { contents: BARE_CLIENT, resolveDir: bundling.absWorkingDir };
  buildSync({ ...bundling, alias: {}, stdin, outfile: file });
  return { name: BARE, file, environment: {} };
}

/** The bundles of the assembly that `npm start` runs, with the environment that the templates give them. */
async function ourBundles(): Promise<readonly Bundle[]> {
  const specs = readAssembly(await build({})).functions;
  return (Object.keys(functionSpecs) as Entry[]).map((name) => {
    const spec = specs.find((one) => one.name.endsWith(`-dev-${name.split('/')[1]}`));
    if (!spec) throw new Error(`The assembly has no function ${name}`);
    return { name, file: join(spec.codeFolder, 'index.mjs'), environment: spec.environment };
  });
}

function sectionOf(bundles: readonly Bundle[], rounds: readonly ReadonlyMap<string, Start>[]): Section {
  const of = (name: string, value: (start: Start) => number) =>
    rounds.map((round) => value(round.get(name) as Start));
  const cpu = (name: string) => of(name, ({ cpuMs }) => cpuMs);
  const memory = (name: string) => of(name, ({ bytes }) => bytes / 2 ** 20);
  const size = ({ file }: Bundle) => statSync(file).size / 1_000;
  const median = (values: readonly number[]) => spreadOf(values).median;
  const rows = bundles.map((bundle) => [
    bundle.name,
    rounded(size(bundle)),
    ...(({ min, median, max }) => [min, median, max].map(rounded))(spreadOf(cpu(bundle.name))),
    rounded(median(ratios(cpu(bundle.name), cpu(BARE)))),
    rounded(median(memory(bundle.name))),
    rounded(median(ratios(memory(bundle.name), memory(BARE)))),
  ]);
  const head = ['function', 'KB', 'init ms: min', 'median', 'max', 'over bare', 'MiB', 'over bare'];
  const figures: Figure[] = bundles.flatMap((bundle) => [
    figure(`functions.${bundle.name}.bundle`, 'bundle', 'KB', [size(bundle)]),
    figure(`functions.${bundle.name}.cpu`, 'init CPU', 'ms', cpu(bundle.name)),
    figure(`functions.${bundle.name}.memory`, 'memory', 'MiB', memory(bundle.name)),
  ]);
  const message = bundles.find(({ name }) => name === 'websocket/message') as Bundle;
  return {
    title: `Functions: bundles, and CPU time and memory of ${rounds.length} starts`,
    shown: table([head, ...rows]),
    figures: [
      ...figures,
      figure('functions.bundle', 'bundle of message', 'KB', [size(message)]),
      figure(
        'functions.init',
        'init CPU of message over a bare client’s',
        '',
        ratios(cpu(message.name), cpu(BARE)),
      ),
    ],
  };
}

const SHOWN_IMPORTS = 12;

async function importsOf({ name, file, environment }: Bundle, starts: number): Promise<Section> {
  say(`imports of ${name}`);
  const costs = await importCosts(name, { folder: dirname(file), environment, starts });
  const rows = costs
    .slice(0, SHOWN_IMPORTS)
    .map(({ from, bytes, initMs }) => [from, rounded(bytes / 1_000), initMs.toFixed(1)]);
  const shown = table([['import', 'KB', 'init ms'], ...rows]);
  return { title: `What the imports of ${name} cost`, shown, figures: [] };
}
