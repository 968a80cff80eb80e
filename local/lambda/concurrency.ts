import type { InvocationResult } from '../invoker.ts';
import type { FunctionSpec } from '../model.ts';
import type { RuntimeApi } from './runtime-api.ts';
import { type Job, maximumPayloadBytes, type Sandbox, startSandbox } from './sandbox.ts';

/** Like Lambda, the runtime keeps an idle sandbox for some minutes, but only one of each function. */
const warmMs = 5 * 60_000;
const spareMs = 30_000;

export interface Concurrency {
  invoke(event: unknown, given?: AbortSignal): Promise<InvocationResult>;
  /** Resolves when no event runs or waits. */
  drained(): Promise<void>;
  end(): Promise<void>;
}

/** The sandboxes of a function. They start on demand, up to `maximum`, and are kept warm. Further events wait. */
export function functionConcurrency(
  spec: FunctionSpec,
  runtimeApi: RuntimeApi,
  maximum: number,
  onLine: (line: string) => void,
): Concurrency {
  const sandboxes = new Set<Sandbox>();
  const coolDowns = new Map<Sandbox, NodeJS.Timeout>();
  const waiting: Job[] = [];
  const running = new Set<Promise<InvocationResult>>();

  function dispatch(): void {
    // The sandbox that ran last is used first. The others can become idle and end.
    for (const sandbox of [...sandboxes].filter(({ state }) => state === 'idle').reverse()) {
      const job = waiting.shift();
      if (job === undefined) {
        return;
      }
      clearTimeout(coolDowns.get(sandbox));
      sandboxes.delete(sandbox);
      sandboxes.add(sandbox);
      sandbox.run(job);
    }
    const starting = [...sandboxes].filter(({ state }) => state === 'starting').length;
    for (let missing = waiting.length - starting; missing > 0 && sandboxes.size < maximum; missing -= 1) {
      sandboxes.add(startSandbox(spec, runtimeApi, { onIdle, onEnd, onLine }));
    }
  }

  function drop(job: Job): void {
    const place = waiting.indexOf(job);
    if (place < 0) return;
    waiting.splice(place, 1);
    job.resolve({ ok: false, errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' });
  }

  function onIdle(sandbox: Sandbox): void {
    coolDown(sandbox, spareMs);
    dispatch();
  }

  function coolDown(sandbox: Sandbox, ms: number): void {
    const cold = () => {
      if (ms === spareMs && sandboxes.size === 1) coolDown(sandbox, warmMs - spareMs);
      else void sandbox.end();
    };
    coolDowns.set(sandbox, setTimeout(cold, ms).unref());
  }

  function onEnd(sandbox: Sandbox, startFailure: InvocationResult | undefined): void {
    clearTimeout(coolDowns.get(sandbox));
    coolDowns.delete(sandbox);
    sandboxes.delete(sandbox);
    if (startFailure !== undefined) {
      // As on Lambda, the event whose cold start fails gets this error. The next event starts a new sandbox.
      waiting.shift()?.resolve(startFailure);
    }
    dispatch();
  }

  return {
    invoke(event, given) {
      const payload = JSON.stringify(event);
      if (Buffer.byteLength(payload) > maximumPayloadBytes) {
        return Promise.resolve({
          ok: false,
          errorType: 'RequestEntityTooLarge',
          errorMessage: `Request must be smaller than ${maximumPayloadBytes} bytes for the InvokeFunction operation`,
        });
      }
      const result = new Promise<InvocationResult>((resolve) => {
        const job = { payload, resolve };
        waiting.push(job);
        // Nobody waits for it any more. If such events ran, a queue that is once too long would stay so.
        given?.addEventListener('abort', () => drop(job), { once: true });
      });
      running.add(result);
      void result.then(() => running.delete(result));
      dispatch();
      return result;
    },
    drained: async () => {
      await Promise.all(running);
    },
    end: async () => {
      for (const job of waiting.splice(0)) {
        job.resolve({ ok: false, errorType: 'Runtime.ExitError', errorMessage: 'The runtime was stopped' });
      }
      await Promise.all([...sandboxes].map((sandbox) => sandbox.end()));
    },
  };
}
