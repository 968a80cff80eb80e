import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundling } from '../../../../lib/bundle.ts';
import { dataFolder } from '../system/data-folder.ts';
import { startOnce } from './starts.ts';

/** What a package, or a folder of our own, adds to a function. */
export interface ImportCost {
  readonly from: string;
  /** In the bundle. */
  readonly bytes: number;
  /** At a start, sampled. */
  readonly initMs: number;
}

/** Samples come so often, in µs. */
const INTERVAL = 100;

/** What each import of an entry costs: bytes by esbuild's account, time by V8's profiler over several starts. */
export async function importCosts(entry: string, profiling: Profiling): Promise<readonly ImportCost[]> {
  const bytes = bytesByOrigin(entry);
  const ms = await initByOrigin(entry, profiling);
  return [...new Set([...bytes.keys(), ...ms.keys()])]
    .map((from) => ({ from, bytes: bytes.get(from) ?? 0, initMs: ms.get(from) ?? 0 }))
    .sort((one, next) => next.initMs - one.initMs || next.bytes - one.bytes);
}

function bytesByOrigin(entry: string): Map<string, number> {
  const { metafile } = buildSync({ ...bundling, ...target(entry), write: false, metafile: true });
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) add(bytes, originOf(path), bytesInOutput);
  }
  return bytes;
}

interface Profiling {
  /** The function's own folder. A bundle may read files that lie beside it. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly starts: number;
}

async function initByOrigin(
  entry: string,
  { folder: original, environment, starts }: Profiling,
): Promise<Map<string, number>> {
  const folder = mkdtempSync(join(dataFolder(), 'why-'));
  try {
    // Each line of this bundle comes from one source. Minified, all are on a few lines.
    cpSync(original, folder, { recursive: true });
    const bundle = join(folder, 'index.mjs');
    buildSync({ ...bundling, ...target(entry), minify: false, sourcemap: true, outfile: bundle });
    const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')));
    const flags = ['--cpu-prof', `--cpu-prof-interval=${INTERVAL}`, `--cpu-prof-dir=${folder}`];
    for (let start = 0; start < starts; start += 1) await startOnce(bundle, environment, flags);
    const ms = new Map<string, number>();
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'))) {
      const { nodes } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile;
      for (const { callFrame, positionTicks = [] } of nodes) {
        for (const { line, ticks } of positionTicks) {
          const from = callFrame.url.endsWith('/index.mjs') ? originOfLine(map, line) : 'Node.js itself';
          add(ms, from, (ticks * INTERVAL) / 1_000 / starts);
        }
      }
    }
    return ms;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The parts of V8's profile that are read here. */
interface Profile {
  readonly nodes: readonly {
    readonly callFrame: { readonly url: string };
    /** Samples in the function itself. Lines count from 1. */
    readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
  }[];
}

const target = (entry: string) => ({ entryPoints: [`functions/${entry}.ts`] });

function originOfLine(map: SourceMap, line: number): string {
  // The end of the line: a line that begins with esbuild's own words may have no entry at its start.
  const entry = map.findEntry(line - 1, Number.MAX_SAFE_INTEGER);
  return 'originalSource' in entry ? originOf(entry.originalSource.replace(/^(?:\.\.\/)+/, '')) : 'esbuild';
}

/** The package of a file in node_modules, or the folder of a file of our own. */
export function originOf(path: string): string {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return inPackage ?? `${path.split('/').slice(0, -1).slice(0, 2).join('/')}/`;
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}
