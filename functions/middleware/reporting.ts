import type { Logger } from '@aws-lambda-powertools/logger';
import { IssuerUnavailable, Unavailable } from '../core/errors.ts';

export interface Reporting {
  readonly logger: Logger;
  readonly count: (name: 'ServerFault') => void;
}

/**
 * Logs a server fault whole, and counts it. Outside, it is generic. An issuer that does not answer is no fault of this server, but
 * whoever runs it wants to know.
 */
export function reporter({ logger, count }: Reporting): (error: unknown) => void {
  return (error) => {
    if (error instanceof IssuerUnavailable) {
      logger.warn('issuer unavailable', error);
      return;
    }
    logger.error('server fault', error instanceof Error ? error : new Error(String(error)));
    count('ServerFault');
  };
}

/** middy stops a function some milliseconds before Lambda would. That is no bug, and the caller may try again. */
export const outOfTime = {
  timeoutEarlyResponse: (): never => {
    throw new Unavailable({ cause: new Error('the function came to the end of its time') });
  },
};
