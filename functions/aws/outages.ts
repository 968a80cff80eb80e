import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { Unavailable } from '../core/errors.ts';

/** A put that meets a transaction on the same item. The SDK does not retry it. */
const CONTENDED = new Set(['TransactionConflictException']);

interface Client {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<unknown>) => (args: never) => Promise<unknown>,
      options: object,
    ): void;
  };
}

/**
 * Bounds for the SDK's request handler, in milliseconds. Without them it waits as long as a connection lives. Its own
 * `requestTimeout` ends when an answer begins. A silence within the answer may last as long.
 */
export const patience = (limits: {
  readonly requestTimeout: number;
  readonly connectionTimeout: number;
}) => ({
  ...limits,
  socketTimeout: limits.requestTimeout,
  throwOnRequestTimeout: true,
});

/**
 * Makes a client throw {@link Unavailable} for temporary faults: throttling, timeouts, a network or a service that is
 * down. The SDK has retried by then. The SDK's own list says which faults are temporary, so it grows with the SDK.
 */
export function tellingOutages<T extends object>(client: T): T {
  (client as unknown as Client).middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw isOutage(error) ? new Unavailable({ cause: error }) : error;
      }
    },
    { step: 'initialize', name: 'outages', override: true },
  );
  return client;
}

function isOutage(error: unknown): boolean {
  if (!isSdkError(error)) return false;
  return (
    isTransientError(error) || isThrottlingError(error) || isServerError(error) || CONTENDED.has(error.name)
  );
}

type SdkError = Parameters<typeof isTransientError>[0];

function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error;
}
