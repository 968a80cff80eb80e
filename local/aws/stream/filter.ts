/** Returns whether an event passes. */
export type Filter = (event: unknown) => boolean;

/** The pattern is invalid, or the runtime does not support it. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

/** Tests one value of the event: a text, a number, a boolean or null. */
type Test = (value: unknown) => boolean;
/** Whether an object of the event matches. `event` is the whole event. */
type Part = (object: unknown, event: unknown) => boolean;

/**
 * Compiles a filter pattern of Lambda (the rules of EventBridge). An object is matched key by key. A list holds
 * alternatives: values, or operators such as `{"prefix": "SESSION#"}`. A list in the event stands for any of its entries,
 * however deep; all keys of one object of the pattern must match within the same entry.
 * https://github.com/aws/event-ruler
 *
 * @throws FilterError for an unknown operator or an invalid pattern
 */
export function compileFilter(pattern: object): Filter {
  const part = compile(pattern, []);
  return (event) => part(event, event);
}

function compile(pattern: object, path: readonly string[]): Part {
  const parts = Object.entries(pattern).map(([key, rule]) =>
    key === '$or' ? either(rule, path) : at(key, rule, [...path, key]),
  );
  if (parts.length === 0) throw new FilterError('a pattern must not be empty');
  return (value, event) => {
    const objects = entriesOf(value).filter((entry) => typeof entry === 'object' && entry !== null);
    return (objects.length > 0 ? objects : [{}]).some((object) => parts.every((part) => part(object, event)));
  };
}

function either(rules: unknown, path: readonly string[]): Part {
  // EventBridge takes an `$or` with a single pattern for the name of a field.
  if (!Array.isArray(rules) || rules.length < 2) {
    throw new FilterError('$or must be a list of at least two patterns');
  }
  const parts = rules.map((rule) => compile(rule, path));
  return (object, event) => parts.some((part) => part(object, event));
}

function at(key: string, rule: unknown, path: readonly string[]): Part {
  if (Array.isArray(rule)) {
    if (rule.length === 0) throw new FilterError(`the list of "${key}" must not be empty`);
    const tests = rule.map(alternative);
    // A missing value is missing in the whole event, not in one entry of a list.
    const mayBeMissing = tests.includes(isMissing);
    return (object, event) =>
      valuesOf(child(object, key)).some((value) => tests.some((test) => test(value))) ||
      (mayBeMissing && valuesAt(event, path).length === 0);
  }
  if (typeof rule !== 'object' || rule === null)
    throw new FilterError(`the value of "${key}" must be a list`);
  const part = compile(rule, path);
  return (object, event) => part(child(object, key), event);
}

function child(object: unknown, key: string): unknown {
  return Object.hasOwn(Object(object), key) ? (object as Record<string, unknown>)[key] : undefined;
}

function entriesOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
}

/** Operators look at values only. An object, an empty list and a missing key have none. */
function valuesOf(value: unknown): unknown[] {
  return entriesOf(value).filter(
    (entry) => entry === null || !['object', 'undefined'].includes(typeof entry),
  );
}

function valuesAt(event: unknown, path: readonly string[]): unknown[] {
  const found = path.reduce(
    (values, key) => values.flatMap(entriesOf).map((value) => child(value, key)),
    [event],
  );
  return found.flatMap(valuesOf);
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

const isMissing: Test = () => false;
const isPresent: Test = () => true;

const textTests: Readonly<Record<string, (text: string) => (value: string) => boolean>> = {
  prefix: (text) => (value) => value.startsWith(text),
  suffix: (text) => (value) => value.endsWith(text),
  'equals-ignore-case': (text) => (value) => value.toLowerCase() === text.toLowerCase(),
};

const operators: Readonly<Record<string, (argument: unknown) => Test>> = {
  ...Object.fromEntries(
    Object.entries(textTests).map(([name, compileText]) => [
      name,
      (argument: unknown): Test => {
        if (typeof argument !== 'string') throw new FilterError(`${name} must be a string`);
        const test = compileText(argument);
        return (value) => typeof value === 'string' && test(value);
      },
    ]),
  ),
  exists(argument) {
    if (typeof argument !== 'boolean') throw new FilterError('exists must be true or false');
    return argument ? isPresent : isMissing;
  },
  'anything-but': anythingBut,
  numeric,
};

/** Strings, numbers, or one operator on texts with one or more texts. */
function anythingBut(argument: unknown): Test {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
    const [[name, texts] = ['', undefined], ...more] = Object.entries(argument);
    if (!Object.hasOwn(textTests, name) || more.length > 0) {
      throw new FilterError(`anything-but does not take the filter rule ${JSON.stringify(argument)}`);
    }
    const tests = [texts].flat().map((text) => alternative({ [name]: text }));
    return (value) => !tests.some((test) => test(value));
  }
  const values = [argument].flat();
  const types = new Set(values.map((value) => typeof value));
  if (types.size !== 1 || !(types.has('string') || types.has('number'))) {
    throw new FilterError('anything-but must have strings only, or numbers only');
  }
  return (value) => !values.includes(value);
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
  const [operator, bound, upper, top, ...more] = Array.isArray(argument) ? argument : [];
  const unknown = new FilterError(
    `the local runtime does not know the numeric rule ${JSON.stringify(argument)}`,
  );
  const test = comparison(operator, bound);
  if (test === undefined || more.length > 0) throw unknown;
  if (upper === undefined) return test;
  const upperTest = comparison(upper, top);
  const isRange = operator.startsWith('>') && String(upper).startsWith('<') && bound < top;
  if (upperTest === undefined || !isRange) throw unknown;
  return (value) => test(value) && upperTest(value);
}

function comparison(operator: unknown, bound: unknown): Test | undefined {
  const compare = typeof operator === 'string' ? comparisons[operator] : undefined;
  if (compare === undefined || typeof bound !== 'number') return undefined;
  return (value) => typeof value === 'number' && compare(value, bound);
}
