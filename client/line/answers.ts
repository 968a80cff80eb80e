import type { DeviceError, Frame } from '../contract/frame-types.ts';
import { ParleyError } from '../errors.ts';

interface Waiting {
  readonly settle: (frame: Frame) => void;
  readonly fail: (error: ParleyError) => void;
  readonly deadline: ReturnType<typeof setTimeout>;
}

/** API Gateway waits 29 s for a function: so long after its frame left, a fault may still be the answer to it. */
const INTEGRATION_MS = 30_000;

/**
 * Which request a frame answers: the one whose `ref` it has. API Gateway's own faults have none; each is the answer to one of
 * the requests that were under way when it came. It is given to one as soon as no other can be meant, so that nothing fails
 * that may yet succeed: at once where one is under way, else when the others have their answers.
 */
export function createAnswers(onIdle: () => void) {
  const waiting = new Map<string, Waiting>();
  /** Nobody waits for these any more, and their answers may still come. */
  const late = new Map<string, ReturnType<typeof setTimeout>>();
  /** The requests that the faults may be about, each fault about one. */
  const suspects = new Set<string>();
  let faults: ParleyError[] = [];

  const over = (ref: string) => {
    const one = waiting.get(ref);
    clearTimeout(one?.deadline);
    clearTimeout(late.get(ref));
    waiting.delete(ref);
    late.delete(ref);
    suspects.delete(ref);
    return one;
  };

  const convict = () => {
    if (faults.length < suspects.size) return;
    const [fault] = faults;
    for (const ref of [...suspects]) {
      const one = over(ref);
      if (fault) one?.fail(fault);
    }
    faults = [];
  };

  const done = (ref: string) => {
    const one = over(ref);
    convict();
    return one;
  };

  return {
    /** Resolves with the reply; rejects with what was refused, or `timeout`. */
    to(ref: string, deadlineMs: number): Promise<Frame> {
      return new Promise((resolve, reject) => {
        const expire = () => {
          const isSuspect = suspects.has(ref);
          over(ref);
          if (isSuspect) suspects.add(ref);
          late.set(
            ref,
            setTimeout(() => done(ref), Math.max(0, INTEGRATION_MS - deadlineMs)),
          );
          reject(new ParleyError('timeout', 'The server did not answer in time.'));
          onIdle();
        };
        const settle = (frame: Frame) => {
          if (frame.type !== 'error') return resolve(frame);
          const { code, detail, errors, retry_after: retryAfter } = frame;
          reject(new ParleyError(code, detail, { errors, retryAfter }));
        };
        waiting.set(ref, { settle, fail: reject, deadline: setTimeout(expire, deadlineMs) });
      });
    },
    /** Takes a frame from the server; returns what tells whoever waits for it. */
    take(frame: Frame): () => void {
      const ref = 'ref' in frame ? frame.ref : undefined;
      const asked = ref === undefined ? undefined : done(ref);
      return () => {
        asked?.settle(frame);
        onIdle();
      };
    },
    /** Takes one of API Gateway's own. */
    fault({ code, detail }: DeviceError): void {
      for (const ref of [...waiting.keys(), ...late.keys()]) suspects.add(ref);
      // What answers nothing here, answers what was given up long ago.
      if (suspects.size > 0) faults.push(new ParleyError(code, detail));
      convict();
      onIdle();
    },
    get isIdle() {
      return waiting.size === 0;
    },
    end(error: ParleyError): void {
      for (const ref of [...waiting.keys(), ...late.keys()]) over(ref)?.fail(error);
      faults = [];
    },
  };
}

/** What the server said; with `isFault`, API Gateway itself in its place. Undefined for what neither of them says. */
export function frameOf(data: unknown): { readonly frame: Frame; readonly fault?: DeviceError } | undefined {
  let said: Partial<Record<string, unknown>> | null;
  try {
    said = JSON.parse(String(data));
  } catch {
    return undefined;
  }
  if (typeof said?.type === 'string') return { frame: said as unknown as Frame };
  const { message, requestId } = said ?? {};
  if (typeof message !== 'string' || typeof requestId !== 'string') return undefined;
  const code = /too many|limit/i.test(message) ? 'rate_limited' : 'internal';
  const fault = { type: 'error', code, detail: message } as const;
  return { frame: fault, fault };
}
