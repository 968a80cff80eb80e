/** How gateways and event sources call a function: one event in, its result or its error out. */
export interface Invoker {
  /**
   * Never rejects. A function that throws, exits or exceeds its timeout gives `ok: false`.
   * @param given An event that still waits when this aborts is dropped. One that runs goes on, as on Lambda.
   */
  invoke(functionName: string, event: unknown, given?: AbortSignal): Promise<InvocationResult>;
}

export type InvocationResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** Invokes a function as a gateway does. After `timeoutMs` the gateway stops waiting. */
export async function integrate(
  invoker: Invoker,
  functionName: string,
  event: unknown,
  timeoutMs: number,
): Promise<InvocationResult | 'timed-out'> {
  let timer: NodeJS.Timeout | undefined;
  const giveUp = new AbortController();
  const timeout = new Promise<'timed-out'>((resolve) => {
    timer = setTimeout(() => {
      resolve('timed-out');
      giveUp.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([invoker.invoke(functionName, event, giveUp.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
