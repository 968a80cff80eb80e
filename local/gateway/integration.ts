import type { InvocationResult, Invoker } from '../model.ts';

/** Invokes a function as a gateway does: it waits for so long, and no longer. */
export async function integrate(
  invoker: Invoker,
  functionName: string,
  event: unknown,
  timeoutMs: number,
): Promise<InvocationResult | 'timed-out'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timed-out'>((resolve) => {
    timer = setTimeout(() => resolve('timed-out'), timeoutMs);
  });
  try {
    return await Promise.race([invoker.invoke(functionName, event), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
