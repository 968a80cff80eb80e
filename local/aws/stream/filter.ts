/** Returns whether an event passes. */
export type Filter = (event: unknown) => boolean;

/** The pattern is invalid, or the runtime does not support it. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

type Test = (value: unknown) => boolean;

/**
 * Compiles a filter pattern of Lambda (the rules of EventBridge). An object is matched key by key. A list holds
 * alternatives: values, or operators such as `{"prefix": "SESSION#"}`.
 *
 * @throws FilterError for an unknown operator or an invalid pattern
 */
export function compileFilter(pattern: object): Filter {
  const parts = Object.entries(pattern).map(([key, rule]) => (key === '$or' ? either(rule) : at(key, rule)));
  return (event) => parts.every((part) => part(event));
}

function either(rules: unknown): Filter {
  if (!Array.isArray(rules) || rules.length === 0) throw new FilterError('$or must be a list of patterns');
  const filters = rules.map((rule) => compileFilter(rule));
  return (event) => filters.some((filter) => filter(event));
}

function at(key: string, rule: unknown): Filter {
  if (Array.isArray(rule)) {
    if (rule.length === 0) throw new FilterError(`the list of "${key}" must not be empty`);
    const tests = rule.map(alternative);
    return (event) => {
      const value = child(event, key);
      // If the event has a list, one of its entries must match.
      const values = Array.isArray(value) && value.length > 0 ? value : [value];
      return values.some((entry) => tests.some((test) => test(entry)));
    };
  }
  if (typeof rule !== 'object' || rule === null)
    throw new FilterError(`the value of "${key}" must be a list`);
  const filter = compileFilter(rule);
  return (event) => filter(child(event, key));
}

function child(event: unknown, key: string): unknown {
  if (typeof event !== 'object' || event === null) return undefined;
  return Object.hasOwn(event, key) ? (event as Record<string, unknown>)[key] : undefined;
}

function alternative(rule: unknown): Test {
  if (typeof rule !== 'object' || rule === null) return (value) => value === rule;
  const [[name, argument] = ['', undefined], ...more] = Object.entries(rule);
  const operator = operators[name];
  if (operator === undefined || more.length > 0) {
    throw new FilterError(`the local runtime does not know the filter rule ${JSON.stringify(rule)}`);
  }
  return operator(argument);
}

const operators: Readonly<Record<string, (argument: unknown) => Test>> = {
  prefix: (argument) => (value) => typeof value === 'string' && value.startsWith(text('prefix', argument)),
  suffix: (argument) => (value) => typeof value === 'string' && value.endsWith(text('suffix', argument)),
  'equals-ignore-case': (argument) => (value) =>
    typeof value === 'string' && value.toLowerCase() === text('equals-ignore-case', argument).toLowerCase(),
  exists: (argument) => (value) => (value !== undefined) === argument,
  'anything-but': (argument) => {
    const tests = [argument].flat().map(alternative);
    return (value) => value !== undefined && !tests.some((test) => test(value));
  },
  numeric,
};

function text(operator: string, argument: unknown): string {
  if (typeof argument === 'string') return argument;
  throw new FilterError(`${operator} must be a string`);
}

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** For example `["=", 1]` or `[">", 0, "<=", 5]`. */
function numeric(argument: unknown): Test {
  const parts = Array.isArray(argument) ? argument : [];
  const tests: Test[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const compare = comparisons[parts[index]];
    const bound = parts[index + 1];
    if (compare === undefined || typeof bound !== 'number') {
      throw new FilterError(`the local runtime does not know the numeric rule ${JSON.stringify(argument)}`);
    }
    tests.push((value) => typeof value === 'number' && compare(value, bound));
  }
  if (tests.length === 0) throw new FilterError('numeric must be a list of comparisons');
  return (value) => tests.every((test) => test(value));
}
