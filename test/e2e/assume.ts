/**
 * `npm run test:assume [-- <name> …]`: runs tests of the whole under each assumption about AWS, or under those that are named.
 *
 * Each one has the files in which it makes a difference. assumptions.test.ts tests what users see under each.
 */
import { spawnSync } from 'node:child_process';
import { type Assumption, assumptions, isAssumption } from '../../local/assumptions.ts';

const files: Readonly<Record<Assumption, readonly string[]>> = {
  'empty-context-dropped': ['handshake', 'bare-apis'],
  // bare-apis.test.ts follows no redirect.
  'greedy-needs-rest': ['paths', 'users-me'],
  'empty-segment-matches': ['paths', 'users-me'],
  'no-forwarded-host': ['origins', 'handshake'],
  'no-leading-keys-in-transactions': ['register', 'messages'],
  // device-frames.test.ts expects an answer to every frame. A frame that chooses $connect gets none.
  'connect-by-frame': ['frames'],
  'frames-in-turn': ['order', 'device-messages'],
  'frames-at-once': ['order', 'device-messages'],
  // presence.test.ts expects each presence frame once. Here it comes twice, with the same content.
  'stream-twice': ['conversations', 'sessions', 'users-search'],
  'disconnect-never': ['device-messages', 'receipts'],
  'disconnect-late': ['sessions', 'device-messages'],
  'disconnect-early': ['sessions', 'messages', 'presence'],
  'gone-at-first': ['sessions'],
  'limit-exceeded': ['messages', 'device-messages'],
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !isAssumption(name));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: must be one of ${Object.keys(assumptions).join(', ')}`);
  process.exit(1);
}
const failed = Object.entries(files)
  .filter(([name]) => named.length === 0 || named.includes(name))
  .filter(([name, stems]) => !passes(name, stems))
  .map(([name]) => name);
if (failed.length > 0) console.error(`Failed under ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

function passes(name: string, stems: readonly string[]): boolean {
  const start = performance.now();
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'e2e', '--reporter', 'dot'],
      ...stems.map((stem) => `test/e2e/${stem}.test.ts`),
    ],
    { env: { ...process.env, PARLEY_ASSUME: name }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${stems.join(', ')}): ${seconds} s`);
  if (status !== 0) console.log(stdout);
  return status === 0;
}
