import { invalid } from './errors.ts';
import { attribute, innerOf, operand, type Scope } from './operands.ts';
import { Tokens } from './tokens.ts';
import type { Item } from './value.ts';

type Change = (before: Item, after: Record<string, unknown>) => void;

/** Compiles an UpdateExpression of SET, REMOVE and ADD into a function of the item. */
export function update(text: string | undefined, scope: Scope): (item: Item) => Item {
  const tokens = new Tokens(text ?? '');
  const changes: Change[] = [];
  while (!tokens.isAtEnd) {
    const clause = CLAUSES[tokens.take()];
    if (!clause) throw tokens.unknown();
    do changes.push(clause(tokens, scope));
    while (tokens.has(','));
  }
  return (before) => {
    const after = { ...before };
    // Every clause reads the former item.
    for (const change of changes) change(before, after);
    return after;
  };
}

const CLAUSES: Record<string, (tokens: Tokens, scope: Scope) => Change> = {
  SET(tokens, scope) {
    const path = attribute(tokens.take(), tokens, scope);
    const inner = innerOf(tokens, scope);
    tokens.expect('=');
    const value = tokens.has('if_not_exists') ? defaulted(tokens, scope) : operand(tokens, scope);
    return (before, after) => {
      const found = value(before);
      if (found === undefined) throw invalid(`SET ${path}: the attribute that it names does not exist`);
      if (inner !== undefined && typeof before[path] !== 'object') throw invalid(`SET ${path}: no map`);
      after[path] = inner === undefined ? found : { ...(before[path] as Item), [inner]: found };
    };
  },

  REMOVE(tokens, scope) {
    const path = attribute(tokens.take(), tokens, scope);
    return (_, after) => {
      delete after[path];
    };
  },

  ADD(tokens, scope) {
    const path = attribute(tokens.take(), tokens, scope);
    const by = operand(tokens, scope);
    return (before, after) => {
      const [sum, more] = [before[path] ?? 0, by(before)];
      if (typeof sum !== 'number' || typeof more !== 'number') throw invalid(`ADD ${path}: no number`);
      after[path] = sum + more;
    };
  },
};

function defaulted(tokens: Tokens, scope: Scope): (item: Item) => unknown {
  tokens.expect('(');
  const path = attribute(tokens.take(), tokens, scope);
  tokens.expect(',');
  const fallback = operand(tokens, scope);
  tokens.expect(')');
  return (item) => item[path] ?? fallback(item);
}
