import { attribute, operand, type Scope } from './operands.ts';
import { Tokens } from './tokens.ts';
import { compare, type Item, same } from './value.ts';

export type Condition = (item: Item) => boolean;

/** Compiles a ConditionExpression. Without one, every item passes. */
export function condition(text: string | undefined, scope: Scope): Condition {
  if (text === undefined) return () => true;
  const tokens = new Tokens(text);
  const compiled = either(tokens, scope);
  if (!tokens.isAtEnd) throw tokens.unknown();
  return compiled;
}

function either(tokens: Tokens, scope: Scope): Condition {
  const parts = [both(tokens, scope)];
  while (tokens.has('OR')) parts.push(both(tokens, scope));
  return (item) => parts.some((part) => part(item));
}

function both(tokens: Tokens, scope: Scope): Condition {
  const parts = [single(tokens, scope)];
  while (tokens.has('AND')) parts.push(single(tokens, scope));
  return (item) => parts.every((part) => part(item));
}

function single(tokens: Tokens, scope: Scope): Condition {
  const next = tokens.peek();
  if (tokens.has('(')) {
    const inner = either(tokens, scope);
    tokens.expect(')');
    return inner;
  }
  if (next === 'attribute_exists' || next === 'attribute_not_exists') {
    tokens.take();
    tokens.expect('(');
    const path = attribute(tokens.take(), tokens, scope);
    tokens.expect(')');
    return (item) => (item[path] !== undefined) === (next === 'attribute_exists');
  }
  return comparison(tokens, scope);
}

const COMPARISONS: Record<string, (one: unknown, other: unknown) => boolean> = {
  '=': same,
  // True for a missing attribute.
  '<>': (one, other) => !same(one, other),
  '<': (one, other) => (compare(one, other) ?? 0) < 0,
  '>': (one, other) => (compare(one, other) ?? 0) > 0,
  '<=': (one, other) => (compare(one, other) ?? 1) <= 0,
  '>=': (one, other) => (compare(one, other) ?? -1) >= 0,
};

function comparison(tokens: Tokens, scope: Scope): Condition {
  const left = operand(tokens, scope);
  const holds = COMPARISONS[tokens.take()];
  if (!holds) throw tokens.unknown();
  const right = operand(tokens, scope);
  return (item) => holds(left(item), right(item));
}
