/** `npm run deploy:emulator`: Parley in an emulator of AWS, until Ctrl-C. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { readContext, readPort } from '../../local/command-line.ts';
import { build } from '../build.ts';
import { untilSignal } from '../until-signal.ts';
import { startFront } from './front.ts';
import { assemblyFor, openStage } from './stage.ts';

const { values } = parseArgs({
  options: { context: { type: 'string', short: 'c', multiple: true, default: [] } },
});

/** Not every emulator resolves a reference to a secret. And its APIs can be asked directly. */
const PAST_THE_SITE = { bareApis: 'on' };

await untilSignal(async (signal) => {
  const context = readContext(values.context);
  const port = readPort(process.env);
  const [source, stage] = await Promise.all([build({ ...PAST_THE_SITE, ...context }), openStage(signal)]);
  try {
    console.log(`The emulator is at ${stage.endpoint}. Deploying …`);
    const assembly = assemblyFor(stage, source, 'assembly');
    await stage.bootstrap(assembly);
    const outputs = await stage.deploy(assembly);
    const front = await startFront({ assembly: source, endpoint: stage.endpoint, ...outputs, port });
    console.log(`Parley is ready: ${front.url}/ · ${front.url.replace('http', 'ws')}/ws`);
    await once(signal, 'abort');
    await front.close();
  } finally {
    await stage.stop();
  }
});
