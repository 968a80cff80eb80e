/**
 * The local runtime, as `npm start` runs it, in a process that tells its parent what was counted: the runtime has no other way
 * to tell that outside. Its parent sends a word for what it wants.
 */
import { startRuntime } from '../../../../local/runtime.ts';
import { build } from '../../../../scripts/build.ts';
import { SETTINGS } from '../../../systems.ts';
import { sum } from '../../cost-table.ts';
import type { Counts } from './start-counted.ts';

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
  const { requests, posts } = runtime.usage();
  const ofMessage = requests.filter((request) => request.function === 'message');
  const counts: Counts = {
    requests: ofMessage.length,
    puts: ofMessage.filter(({ operation }) => operation === 'PutItem').length,
    wru: sum(ofMessage.map(({ wru }) => wru)),
    rru: sum(ofMessage.map(({ rru }) => rru)),
    posts,
  };
  process.send?.(counts);
});
process.on('disconnect', async () => {
  await runtime.stop();
  process.exit();
});
process.send?.(runtime.url);
