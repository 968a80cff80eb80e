import type { DeviceError, Frame } from '../contract/frame-types.ts';
import { ParleyError } from '../errors.ts';

interface Pending {
  readonly settle: (frame: Frame) => void;
  readonly fail: (error: ParleyError) => void;
  readonly deadline: ReturnType<typeof setTimeout>;
}

/** API Gateway waits 29 s for a function. For that long after a request, an error frame may still be its reply. */
const INTEGRATION_MS = 30_000;

/**
 * Matches replies to requests by `ref`. API Gateway's own error frames have no `ref`; each answers one of the requests
 * that were pending when it came. Such a fault fails a request only when no other request can be meant, so that a
 * request that may still succeed never fails: at once if one request is pending, otherwise when the others have their
 * replies.
 */
export function createReplies(onIdle: () => void) {
  const pending = new Map<string, Pending>();
  /** Requests that have timed out. Their replies may still come. */
  const late = new Map<string, ReturnType<typeof setTimeout>>();
  /** The requests that the faults may belong to; each fault belongs to one. */
  const candidates = new Set<string>();
  let faults: ParleyError[] = [];

  const remove = (ref: string) => {
    const request = pending.get(ref);
    clearTimeout(request?.deadline);
    clearTimeout(late.get(ref));
    pending.delete(ref);
    late.delete(ref);
    candidates.delete(ref);
    return request;
  };

  const assignFaults = () => {
    if (faults.length < candidates.size) return;
    const [fault] = faults;
    for (const ref of [...candidates]) {
      const request = remove(ref);
      if (fault) request?.fail(fault);
    }
    faults = [];
  };

  const finish = (ref: string) => {
    const request = remove(ref);
    assignFaults();
    return request;
  };

  return {
    /** Resolves with the reply. Rejects with the server's error, or `timeout`. */
    wait(ref: string, deadlineMs: number): Promise<Frame> {
      return new Promise((resolve, reject) => {
        const expire = () => {
          const isCandidate = candidates.has(ref);
          remove(ref);
          if (isCandidate) candidates.add(ref);
          late.set(
            ref,
            setTimeout(() => finish(ref), Math.max(0, INTEGRATION_MS - deadlineMs)),
          );
          reject(new ParleyError('timeout', 'The server did not answer in time.'));
          onIdle();
        };
        const settle = (frame: Frame) => {
          if (frame.type !== 'error') return resolve(frame);
          const { code, detail, errors, retry_after: retryAfter, present } = frame;
          reject(new ParleyError(code, detail, { errors, retryAfter, present }));
        };
        pending.set(ref, { settle, fail: reject, deadline: setTimeout(expire, deadlineMs) });
      });
    },
    /** Takes a frame from the server. Returns a function that settles the request it answers. */
    take(frame: Frame): () => void {
      const ref = 'ref' in frame ? frame.ref : undefined;
      const request = ref === undefined ? undefined : finish(ref);
      return () => {
        request?.settle(frame);
        onIdle();
      };
    },
    /** Takes an error frame of API Gateway's own. */
    fault({ code, detail }: DeviceError): void {
      for (const ref of [...pending.keys(), ...late.keys()]) candidates.add(ref);
      // Without a candidate, the fault answers a request that was given up long ago.
      if (candidates.size > 0) faults.push(new ParleyError(code, detail));
      assignFaults();
      onIdle();
    },
    get isIdle() {
      return pending.size === 0;
    },
    end(error: ParleyError): void {
      for (const ref of [...pending.keys(), ...late.keys()]) remove(ref)?.fail(error);
      faults = [];
    },
  };
}

/** Reads a frame; `fault` is set if it is API Gateway's own. Undefined for anything that neither server sends. */
export function frameOf(data: unknown): { readonly frame: Frame; readonly fault?: DeviceError } | undefined {
  let body: Partial<Record<string, unknown>> | null;
  try {
    body = JSON.parse(String(data));
  } catch {
    return undefined;
  }
  if (typeof body?.type === 'string') return { frame: body as unknown as Frame };
  const { message, requestId } = body ?? {};
  if (typeof message !== 'string' || typeof requestId !== 'string') return undefined;
  const code = /too many|limit/i.test(message) ? 'rate_limited' : 'internal';
  const fault = { type: 'error', code, detail: message } as const;
  return { frame: fault, fault };
}
