/**
 * `node supervise.ts <folder to delete at the end> <command> <arguments…>`
 *
 * Runs a command, and ends it with every process that it has started when the parent is gone. The pipe on stdin closes
 * however the parent ended, even by `kill -9`.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { endGroup } from './run.ts';

const [folder = '', command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });

child.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on('exit', (code) => {
  // Its own children may still run.
  endGroup(child.pid);
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
process.stdin.resume().on('close', () => endGroup(child.pid));
