import type { Runtime } from '../../../local/runtime.ts';
import type { BenchIssuer } from './bench-issuer.ts';
import type { FAN_OUT, Kind } from './kinds.ts';
import { joinGroups } from './measure-groups.ts';
import { measureHttp } from './measure-http.ts';
import { setEverything } from './measure-settings.ts';
import { measureFanOut, measureFrames } from './measure-sockets.ts';
import { parallel } from './parallel.ts';
import { LARGEST, WorstScene } from './scene.ts';
import type { Consumed } from './table.ts';

/** Sets up the dearest case of each kind, does it once, and counts what it consumes. */
export async function measureDearest(
  runtime: Runtime,
  issuer: BenchIssuer,
  progress: (kind: string) => void,
): Promise<Record<Exclude<Kind, 'signUp' | 'confirmSignUp'> | keyof typeof FAN_OUT, Consumed>> {
  const scene = new WorstScene(runtime);
  const [ada, charles] = await Promise.all([scene.person(), scene.person()]);
  const [hers, his] = await Promise.all([scene.device(ada), scene.device(charles)]);
  await scene.say(
    hers,
    charles,
    Array.from({ length: 60 }, () => LARGEST),
  );
  progress('people');
  const others = await scene.meet(hers, ada, 150);
  const setting = { scene, ada, charles, hers, his, others };
  await setEverything(setting);
  await joinGroups(scene, ada);
  progress('sockets');
  const frames = await measureFrames(setting, progress);
  const http = await measureHttp(setting, issuer, progress);
  progress('fan-out');
  const fanOut = await measureFanOut(setting);
  progress('parallel');
  return { ...frames, ...http, ...fanOut, parallel: await parallel(runtime) };
}
