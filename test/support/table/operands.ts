import { invalid } from './errors.ts';
import type { Tokens } from './tokens.ts';
import type { Item } from './value.ts';

/** The values of an expression's placeholders. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

/** The names and values of one request. It checks at the end that all were used, as DynamoDB does. */
export class Scope {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #used = new Set<string>();

  constructor({ ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: Placeholders) {
    this.#names = ExpressionAttributeNames;
    this.#values = ExpressionAttributeValues;
  }

  name(token: string): string {
    if (!token.startsWith('#')) return token;
    this.#used.add(token);
    const name = this.#names[token];
    if (name === undefined) throw invalid(`${token} is not among the ExpressionAttributeNames`);
    return name;
  }

  value(token: string): unknown {
    this.#used.add(token);
    if (this.#values[token] === undefined) {
      throw invalid(`${token} is not among the ExpressionAttributeValues`);
    }
    return this.#values[token];
  }

  checkAllUsed(): void {
    const unused = [...Object.keys(this.#names), ...Object.keys(this.#values)].find(
      (token) => !this.#used.has(token),
    );
    if (unused !== undefined) throw invalid(`${unused} is defined, but no expression uses it`);
  }
}

/** An attribute of the item, or a value of the request. */
export function operand(tokens: Tokens, scope: Scope): (item: Item) => unknown {
  const token = tokens.take();
  if (token.startsWith(':')) {
    const value = scope.value(token);
    return () => value;
  }
  const path = attribute(token, tokens, scope);
  const inner = innerOf(tokens, scope);
  return (item) => (inner === undefined ? item[path] : (item[path] as Item | undefined)?.[inner]);
}

/** The second part of a path like `#map.#entry`. */
export function innerOf(tokens: Tokens, scope: Scope): string | undefined {
  return tokens.has('.') ? attribute(tokens.take(), tokens, scope) : undefined;
}

export function attribute(token: string, tokens: Tokens, scope: Scope): string {
  if (!/^#?[A-Za-z_]/.test(token)) throw tokens.unknown();
  return scope.name(token);
}
