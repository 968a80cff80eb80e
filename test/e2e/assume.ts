/**
 * `npm run test:assume [-- <name> …]`: runs tests of the whole under all assumptions about AWS, or under each one that is named.
 *
 * Each one has the files in which it makes a difference. assumptions.test.ts tests what users see under each.
 */
import { spawnSync } from 'node:child_process';
import { type Assumption, assumptions, isAssumption } from '../../local/assumptions.ts';

const files: Readonly<Record<Assumption, readonly string[]>> = {
  'empty-context-dropped': ['handshake', 'bare-apis'],
  // The distribution takes the slash from a path, so these two make a difference to the bare APIs only.
  'greedy-needs-rest': ['bare-apis'],
  'empty-segment-matches': ['bare-apis'],
  'no-forwarded-host': ['origins', 'handshake'],
  'no-leading-keys-in-transactions': ['register', 'users'],
  // device-frames.test.ts expects an answer to every frame. A frame that chooses $connect gets none.
  'connect-by-frame': ['frames'],
  'frames-in-turn': ['order', 'device-messages'],
  'frames-at-once': ['order', 'device-messages'],
  // presence.test.ts expects each presence frame once. Here it comes twice, with the same content.
  'stream-twice': ['conversations', 'sessions', 'users'],
  'disconnect-never': ['device-messages', 'receipts'],
  'disconnect-late': ['sessions', 'device-messages'],
  'disconnect-early': ['sessions', 'messages', 'presence'],
  'gone-at-first': ['sessions'],
  'limit-exceeded': ['messages', 'device-messages'],
};

/**
 * Assumptions about different parts share a system. order.test.ts sends hundreds of messages. So it is not together with
 * `limit-exceeded`, which delays every third post, and `disconnect-early`, which delays every frame. If a group fails, run its
 * names one by one.
 */
const groups: readonly (readonly Assumption[])[] = [
  [
    ...(['empty-context-dropped', 'greedy-needs-rest', 'no-forwarded-host', 'connect-by-frame'] as const),
    ...(['no-leading-keys-in-transactions', 'frames-in-turn', 'stream-twice', 'disconnect-late'] as const),
  ],
  ['empty-segment-matches', 'disconnect-never', 'frames-at-once'],
  ['disconnect-early', 'limit-exceeded'],
  ['gone-at-first'],
];

if (groups.flat().sort().join() !== Object.keys(files).sort().join())
  throw new Error('Each assumption must be in one group.');

const named = process.argv.slice(2);
const unknown = named.filter((name) => !isAssumption(name));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: must be one of ${Object.keys(assumptions).join(', ')}`);
  process.exit(1);
}
const runs = named.length > 0 ? named.filter(isAssumption).map((name) => [name]) : groups;
const failed = runs.filter((names) => !passes(names));
for (const names of failed) console.error(`Failed under ${names.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

function passes(names: readonly Assumption[]): boolean {
  const start = performance.now();
  const stems = [...new Set(names.flatMap((name) => files[name]))];
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'e2e', '--reporter', 'dot'],
      ...stems.map((stem) => `test/e2e/${stem}.test.ts`),
    ],
    {
      env: { ...process.env, PARLEY_ASSUME: names.join(',') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✓' : '✗'} ${names.join(', ')} (${stems.join(', ')}): ${seconds} s`);
  if (status !== 0) console.log(stdout);
  return status === 0;
}
