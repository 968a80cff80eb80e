import * as z from 'zod/mini';
import { type FieldErrors, ValidationFailed } from '../core/errors.ts';

/** The name under which errors of the whole input are listed. */
const WHOLE = 'body';

/** At most so many errors are listed: an answer with one for each of a thousand values would be too large to send. */
const MAX_FAULTS = 20;

/** The client may choose the name of a field, of any length. */
const MAX_NAME_LENGTH = 120;

type Path = readonly PropertyKey[];
type Fault = readonly [field: string, message: string];

/**
 * Checks a value against its schema. No schema lets in text that UTF-8 cannot carry: the store and other clients
 * could not accept it.
 * @throws ValidationFailed with the fields at fault, at most {@link MAX_FAULTS}
 */
export function validate<T extends z.ZodMiniType>(schema: T, value: unknown): z.output<T> {
  const result = z.safeParse(schema, value, { reportInput: true });
  const faults = result.success ? illFormed(result.data, []) : result.error.issues.flatMap(faultsOf);
  if (result.success && faults.length === 0) return result.data;
  throw new ValidationFailed(byField(faults.slice(0, MAX_FAULTS)), Math.max(0, faults.length - MAX_FAULTS));
}

function byField(faults: readonly Fault[]): FieldErrors {
  const errors: Record<string, string[]> = Object.create(null);
  for (const [field, message] of faults) errors[field] = [...(errors[field] ?? []), message];
  return errors;
}

function faultsOf(issue: z.core.$ZodIssue): readonly Fault[] {
  if (issue.code !== 'unrecognized_keys') return [[nameOf(issue.path), explain(issue)]];
  return issue.keys.map((key) => [nameOf([...issue.path, key]), explain(issue)]);
}

function nameOf(path: Path): string {
  const characters = [...(path.join('.') || WHOLE).toWellFormed()];
  return characters.length > MAX_NAME_LENGTH
    ? `${characters.slice(0, MAX_NAME_LENGTH - 1).join('')}…`
    : characters.join('');
}

/** Finds halves of surrogate pairs in a checked value and in its keys. */
function illFormed(value: unknown, path: Path): readonly Fault[] {
  if (typeof value === 'string') return isFine(value) ? [] : [[nameOf(path), 'Must be well-formed Unicode.']];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(isFine(key) ? [] : [[nameOf([...path, key]), 'This key is not valid.'] as const]),
    ...illFormed(inner, [...path, key]),
  ]);
}

const isFine = (text: string) => text.isWellFormed();

function explain(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'Unknown field.';
    case 'invalid_type':
      return issue.input === undefined ? 'This field is required.' : `Must be ${aOrAn(issue.expected)}.`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'Must not be empty.';
      return `Must ${amount('least', issue.minimum, issue.origin)}.`;
    case 'too_big':
      return `Must ${amount('most', issue.maximum, issue.origin)}.`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? issue.message;
    case 'invalid_value':
      return `Must be one of ${issue.values.join(', ')}.`;
    case 'invalid_key':
      return 'This key is not valid.';
    default:
      return issue.message;
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'Must be an email address.',
  datetime: 'Must be a time in UTC, as ISO 8601 writes it.',
};

const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'items' };

/** Texts and lists have so many parts; a number is so large. */
function amount(bound: 'least' | 'most', limit: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  return unit ? `have at ${bound} ${limit} ${unit}` : `be at ${bound} ${limit}`;
}

/** JSON's names for the types. */
const JSON_TYPES: Readonly<Record<string, string>> = { int: 'integer', record: 'object' };

function aOrAn(expected: string): string {
  const type = JSON_TYPES[expected] ?? expected;
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
