import type { Logger } from '@aws-lambda-powertools/logger';

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
