/**
 * `node supervise.ts <folder to delete at the end, or ''> <command> <arguments…>`
 *
 * Runs a command. When the parent process ends, it ends the command and every process that the command has started. The pipe
 * on stdin closes whenever the parent ends, even after `kill -9`.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { signalGroup } from './signal-group.ts';

const [folder = '', command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });

child.on('error', (error) => {
  console.error(error.message);
  end(1);
});
child.on('exit', (code) => {
  // Its own children may still run.
  signalGroup(child.pid, 'SIGKILL');
  end(code ?? 1);
});
process.stdin.resume().on('close', () => {
  signalGroup(child.pid, 'SIGTERM');
  setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 2_000).unref();
});

function end(code: number): never {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
