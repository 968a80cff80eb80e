/**
 * `npm run check`: runs each `check:` script of package.json, side by side.
 *
 * It prints one line for each script, and the whole output of a script that fails.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import manifest from '../package.json' with { type: 'json' };

const checks = Object.entries(manifest.scripts).filter(([name]) => name.startsWith('check:'));
const results = await Promise.all(checks.map(([name, command]) => passes(name, command)));
process.exitCode = results.includes(false) ? 1 : 0;

async function passes(name: string, command: string): Promise<boolean> {
  const start = performance.now();
  // npm, which runs this file, puts `node_modules/.bin` on the PATH.
  const child = spawn(`${command} 2>&1`, {
    shell: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = await text(child.stdout);
  const passed = (await closed) === 0;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${passed ? '✓' : '✗'} ${name} (${command}): ${seconds} s`);
  if (!passed) console.log(output);
  return passed;
}
