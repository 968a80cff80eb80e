/**
 * `node supervise.mjs <folder to delete at the end, or ''> <command> <arguments…>`
 *
 * Runs a command. When the parent process ends, it ends the command and every process that the command has started. The pipe
 * on stdin closes whenever the parent ends, even after `kill -9`. A parent that wants to end the command after a `kill -9` of this
 * process opens a channel for messages: it gets the command's `pid`.
 *
 * It is in JavaScript because it runs as long as the runtime: to strip types takes more time and memory than all the rest.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder = '', command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });

if (process.send) process.send({ pid: child.pid }, () => process.disconnect());
child.on('error', (error) => {
  console.error(error.message);
  end(1);
});
child.on('exit', (code, signal) => {
  if (signal) console.error(`error: killed by ${signal}`);
  // Its own children may still run.
  signalGroup('SIGKILL');
  end(code ?? 1);
});
process.stdin.resume().on('close', () => {
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), 2_000).unref();
});

/** It is not an error if the group has already ended. */
function signalGroup(signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function end(code) {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
