import { ValidationFailed } from '../core/errors.ts';
import type { Window } from '../core/messages/read-messages.ts';
import { type Query, readPaging, wholeNumber } from './paging.ts';

const EDGES = ['before', 'after', 'around'] as const;

/**
 * Reads `before`, `after` or `around` (a `seq`; at most one of them) and `limit`.
 * @throws ValidationFailed
 */
export function readWindow(query: Query): Window {
  const { limit } = readPaging({ limit: query.limit });
  const given = EDGES.filter((edge) => query[edge] !== undefined);
  if (given.length > 1) {
    throw new ValidationFailed({ [given[1] as string]: [`Not together with \`${given[0]}\`.`] });
  }
  const [edge] = given;
  if (edge === undefined) return { limit };
  const seq = wholeNumber(query[edge] ?? '');
  if (seq === undefined)
    throw new ValidationFailed({ [edge]: ['Must be a seq: a whole number, 0 or more.'] });
  return { limit, [edge]: seq };
}
