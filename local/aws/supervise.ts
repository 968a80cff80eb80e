/**
 * `node supervise.ts <folder to delete at the end, or ''> <command> <arguments…>`
 *
 * Runs a command and ends it when the parent process ends. The pipe on stdin closes whenever the parent ends, even after
 * `kill -9`.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder = '', command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

child.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
  process.stdin.destroy();
});
child.on('exit', (code) => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
process.stdin.resume().on('close', () => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), 2_000).unref();
});
