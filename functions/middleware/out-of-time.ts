import { Unavailable } from '../core/errors.ts';

/**
 * Of a function that comes to the end of its time middy gives up some milliseconds before Lambda ends it. Its error of
 * then is nobody's bug: the caller may try again.
 */
export const outOfTime = {
  timeoutEarlyResponse: (): never => {
    throw new Unavailable({ cause: new Error('the function came to the end of its time') });
  },
};
