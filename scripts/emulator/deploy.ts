/** `npm run deploy:emulator`: Parley in an emulator of AWS, until Ctrl-C. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { build } from '../build.ts';
import { startFront } from './front.ts';
import { assemblyFor, openStage } from './stage.ts';
import { untilSignal } from './until-signal.ts';

const { values } = parseArgs({
  options: { context: { type: 'string', short: 'c', multiple: true, default: [] } },
});
const context = Object.fromEntries(values.context.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));

await untilSignal(async (signal) => {
  const [source, stage] = await Promise.all([build(context), openStage(signal)]);
  try {
    console.log(`The emulator is at ${stage.endpoint}. Deploying …`);
    const assembly = assemblyFor(stage, source, 'assembly');
    await stage.bootstrap(assembly);
    const outputs = await stage.deploy(assembly);
    const port = Number(process.env.PORT || 8000);
    const front = await startFront({ assembly: source, endpoint: stage.endpoint, ...outputs, port });
    console.log(`Parley is ready: ${front.url}/ · ${front.url.replace('http', 'ws')}/ws`);
    await once(signal, 'abort');
    await front.close();
  } finally {
    await stage.stop();
  }
});
