/**
 * The local runtime, as `npm start` runs it, in a process that tells its parent what was counted: the runtime has no other way
 * to tell that outside. Its parent sends a word for what it wants.
 */
import { startRuntime } from '../../../../local/runtime.ts';
import { build } from '../../../../scripts/build.ts';
import { SETTINGS } from '../../../systems.ts';

const [stateFolder] = process.argv.slice(2);
const runtime = await startRuntime({
  assembly: () => build(SETTINGS.unlimited),
  port: 0,
  memory: false,
  stateFolder,
});

process.on('message', (word: 'reset' | 'read') => {
  if (word === 'reset') {
    runtime.resetUsage();
    process.send?.('reset');
    return;
  }
  const puts = runtime
    .usage()
    .requests.filter((request) => request.operation === 'PutItem' && request.function === 'message');
  process.send?.({ puts: puts.length, wru: puts.reduce((sum, { wru }) => sum + wru, 0) });
});
process.on('disconnect', async () => {
  await runtime.stop();
  process.exit();
});
process.send?.(runtime.url);
