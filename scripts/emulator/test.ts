/** `npm run test:emulator`: deploys to an emulator of AWS, runs the black-box tests there, updates, and destroys. */
import { join } from 'node:path';
import { SETTINGS } from '../../test/systems.ts';
import { build, root } from '../build.ts';
import { run } from '../run.ts';
import { untilSignal } from '../until-signal.ts';
import { changeBundle, copyAssembly } from './change-assembly.ts';
import { checkEngine } from './check-engine.ts';
import { checkUpdate } from './check-update.ts';
import { type Front, startFront } from './front.ts';
import { assemblyFor, openStage } from './stage.ts';

const service = 'parley-dev-service';

await untilSignal(async (signal) => {
  const [source, stage] = await timed('built and started', () =>
    Promise.all([build(SETTINGS.unlimited), openStage(signal)]),
  );
  let front: Front | undefined;
  try {
    const assembly = assemblyFor(stage, source, 'assembly');
    await timed('bootstrapped', () => stage.bootstrap(assembly));
    const outputs = await timed('deployed', () => stage.deploy(assembly));
    front = await startFront({ assembly: source, endpoint: stage.endpoint, ...outputs, port: 0 });
    const failed = await timed('tested', () => outcome(testAt(front as Front, stage.isMinistack, signal)));

    const updated = join(assembly, '..', 'updated');
    copyAssembly(assembly, updated);
    changeBundle(updated, 'openapi.json', (text) =>
      text.replace(/"version":\s*"[^"]+"/, '"version":"2.0.0-updated"'),
    );
    await checkUpdate(front.url, '2.0.0-updated', () =>
      timed('updated', () => stage.deploy(updated, service)).then(() => {}),
    );
    await front.close();
    await timed('destroyed', () => stage.destroy(updated));
    if (stage.isMinistack)
      await timed('used as the engine of npm start', () => checkEngine(source, stage.endpoint));
    if (failed !== undefined) throw failed;
  } finally {
    await front?.close();
    await stage.stop();
  }
});

function testAt(front: Front, isMinistack: boolean, signal: AbortSignal): Promise<void> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  return run(
    process.execPath,
    [vitest, 'run', '--config', 'test/emulator/vitest.config.ts', ...process.argv.slice(2)],
    {
      shows: true,
      signal,
      env: {
        ...process.env,
        PARLEY_URL: front.url,
        PARLEY_EMULATOR: isMinistack ? 'ministack' : 'other',
      },
    },
  );
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await work();
  console.log(`${what} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** A failure of the tests does not skip the update and the end of the stacks. It is thrown after them. */
async function outcome(testing: Promise<void>): Promise<Error | undefined> {
  try {
    await testing;
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
