import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRuntime } from '../../local/runtime.ts';
import { build } from '../../scripts/build.ts';
import { costsOf, idleHour, markdownOf } from './cost-table.ts';
import { measure } from './measure.ts';
import { Scene } from './scene.ts';

/**
 * Counts the consumption of the running system and prints the cost on AWS: `npm run cost`. With `--record` it stores the
 * counts. A test compares the table in docs/costs.md with them.
 */
const runtime = await startRuntime({
  port: 0,
  memory: true,
  // Many bursts follow each other here, so the rate limit must not stop them.
  assembly: () => build({ floodMessages: '100000', workPerMinute: '100000000' }),
  onLog: (line) => console.error(line),
});
try {
  const scene = await Scene.set(runtime);
  const counts = await measure(scene);
  await scene.end();
  const costs = costsOf(counts);
  console.log(markdownOf(costs));
  console.log(`\nA socket that is silent for an hour: ${idleHour(costs.ping).toFixed(6)} USD`);
  if (process.argv.includes('--record')) {
    const date = new Date().toISOString().slice(0, 10);
    writeFileSync(join(import.meta.dirname, 'counts.json'), `${JSON.stringify({ date, counts }, null, 2)}\n`);
  }
} finally {
  await runtime.stop();
}
