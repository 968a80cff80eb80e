import type { Logger } from '@aws-lambda-powertools/logger';
import { Unavailable } from '../core/errors.ts';

export interface Reporting {
  readonly logger: Logger;
  readonly count: (name: 'ServerFault') => void;
}

/** Server faults are logged whole and counted; outside they are generic. */
export function reporter({ logger, count }: Reporting): (error: unknown) => void {
  return (error) => {
    logger.error('server fault', error instanceof Error ? error : new Error(String(error)));
    count('ServerFault');
  };
}

/**
 * Of a function that comes to the end of its time middy gives up some milliseconds before Lambda ends it. Its error of
 * then is nobody's bug: the caller may try again.
 */
export const outOfTime = {
  timeoutEarlyResponse: (): never => {
    throw new Unavailable({ cause: new Error('the function came to the end of its time') });
  },
};
