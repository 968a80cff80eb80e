import { ValidationFailed } from '../core/errors.ts';
import type { HistoryWindow } from '../core/messages/read-history.ts';
import type { Window } from '../core/messages/read-messages.ts';
import { type Query, readPaging, wholeNumber } from './paging.ts';

type Edge = 'before' | 'after' | 'around';

/**
 * Reads `before`, `after` or `around` (a `seq`; at most one of them) and `limit`.
 * @throws ValidationFailed
 */
export function readWindow(query: Query): Window {
  const { limit } = readPaging({ limit: query.limit });
  return { limit, ...readEdge(query, ['before', 'after', 'around']) };
}

/**
 * Reads `limit`, `offset`, and `before` or `after`, which come in links: then `offset` does not count.
 * @throws ValidationFailed
 */
export function readHistoryWindow(query: Query): HistoryWindow {
  return { ...readPaging(query), ...readEdge(query, ['before', 'after']) };
}

function readEdge<E extends Edge>(query: Query, edges: readonly E[]): { readonly [edge in E]?: number } {
  const given = edges.filter((edge) => query[edge] !== undefined);
  if (given.length > 1) {
    throw new ValidationFailed({ [given[1] as string]: [`Not together with \`${given[0]}\`.`] });
  }
  const [edge] = given;
  if (edge === undefined) return {};
  const seq = wholeNumber(query[edge] ?? '');
  if (seq === undefined)
    throw new ValidationFailed({ [edge]: ['Must be a seq: a whole number, 0 or more.'] });
  return { [edge]: seq } as { readonly [edge in E]?: number };
}
