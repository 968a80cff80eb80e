import { parseArgs } from 'node:util';
import { explore } from './support/explore.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '500' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const began = performance.now();
const failure = await explore({ runs: Number(values.runs), seed });
const seconds = (performance.now() - began) / 1000;
if (failure) {
  console.error(failure);
  process.exitCode = 1;
} else {
  console.log(
    `${values.runs} schedules kept every promise in ${seconds.toFixed(1)} s (${Math.round(Number(values.runs) / seconds)}/s), seed ${seed}`,
  );
}
