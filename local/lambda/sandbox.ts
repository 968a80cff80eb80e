import { randomBytes, randomUUID } from 'node:crypto';
import { functionArn } from '../assembly/account.ts';
import type { InvocationResult } from '../invoker.ts';
import type { FunctionSpec } from '../model.ts';
import { startProcess } from './process.ts';
import type { FunctionError, Invocation, RuntimeApi } from './runtime-api.ts';

/** Lambda's limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const maximumPayloadBytes = 6 * 1024 * 1024;
const initialisationMs = 10_000;

export interface Job {
  readonly payload: string;
  resolve(result: InvocationResult): void;
}

export interface SandboxEvents {
  /** The sandbox waits for an event: after its start, and after each event. */
  onIdle(sandbox: Sandbox): void;
  /** The sandbox has ended. `startFailure` is the reason if it ended before it was ready for its first event. */
  onEnd(sandbox: Sandbox, startFailure: InvocationResult | undefined): void;
  onLine(line: string): void;
}

export interface Sandbox {
  readonly state: 'starting' | 'idle' | 'busy' | 'ended';
  run(job: Job): void;
  end(): Promise<void>;
}

interface Running {
  readonly job: Job;
  readonly invocationId: string;
}

/** One process of a function. It processes one event at a time. */
export function startSandbox(spec: FunctionSpec, runtimeApi: RuntimeApi, events: SandboxEvents): Sandbox {
  let state: Sandbox['state'] = 'starting';
  let give: ((invocation: Invocation) => void) | undefined;
  let running: Running | undefined;
  let startError: FunctionError | undefined;
  let deadline = setTimeout(() => expire('initialisation', initialisationMs / 1000), initialisationMs);

  const address = runtimeApi.register({
    next(giveNext) {
      clearTimeout(deadline);
      give = giveNext;
      state = 'idle';
      events.onIdle(sandbox);
    },
    respond(invocationId, payload) {
      if (invocationId !== running?.invocationId) {
        return 'unknown-invocation';
      }
      if (Buffer.byteLength(payload) > maximumPayloadBytes) {
        finish({
          ok: false,
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size exceeded maximum allowed payload size (${maximumPayloadBytes} bytes).`,
        });
        return 'too-large';
      }
      finish({ ok: true, value: JSON.parse(payload) });
      return 'accepted';
    },
    fail(invocationId, error) {
      if (state === 'starting') {
        startError = error;
        return 'accepted';
      }
      if (invocationId === undefined || invocationId !== running?.invocationId) {
        return 'unknown-invocation';
      }
      finish({ ok: false, ...error });
      return 'accepted';
    },
  });
  const child = startProcess(spec, address, events.onLine);
  void child.ended.then((how) => leave('Runtime.ExitError', `Runtime exited with error: ${how}`));

  function finish(result: InvocationResult): void {
    clearTimeout(deadline);
    running?.job.resolve(result);
    running = undefined;
  }

  function expire(phase: 'initialisation' | 'event', seconds: number): void {
    const task = phase === 'event' ? 'Task' : 'Init';
    leave('Sandbox.Timedout', `${task} timed out after ${seconds.toFixed(2)} seconds`);
  }

  function leave(errorType: string, reason: string): void {
    if (state === 'ended') {
      return;
    }
    const wasStarting = state === 'starting';
    state = 'ended';
    const errorMessage =
      running === undefined ? reason : `RequestId: ${running.invocationId} Error: ${reason}`;
    if (errorType === 'Sandbox.Timedout') {
      events.onLine(errorMessage);
    }
    finish({ ok: false, errorType, errorMessage });
    runtimeApi.unregister(address);
    child.kill();
    events.onEnd(
      sandbox,
      wasStarting ? { ok: false, ...(startError ?? { errorType, errorMessage }) } : undefined,
    );
  }

  const sandbox: Sandbox = {
    get state() {
      return state;
    },
    run(job) {
      const invocationId = randomUUID();
      const timeoutMs = spec.timeoutSeconds * 1000;
      state = 'busy';
      running = { job, invocationId };
      deadline = setTimeout(() => expire('event', spec.timeoutSeconds), timeoutMs);
      give?.({
        id: invocationId,
        payload: job.payload,
        deadlineMs: Date.now() + timeoutMs,
        functionArn: functionArn(spec.name),
        traceId: traceId(),
      });
    },
    async end() {
      leave('Runtime.ExitError', 'The runtime was stopped');
      await child.ended;
    },
  };
  return sandbox;
}

function traceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const random = (bytes: number) => randomBytes(bytes).toString('hex');
  return `Root=1-${seconds}-${random(12)};Parent=${random(8)};Sampled=1`;
}
