import * as z from 'zod/mini';
import { type FieldErrors, ValidationFailed } from '../core/errors.ts';

/** The place of messages that concern the input as a whole. */
const WHOLE = 'body';

/**
 * Checks a value against its schema.
 * @throws ValidationFailed naming every field at fault
 */
export function validate<T extends z.ZodMiniType>(schema: T, value: unknown): z.output<T> {
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  throw new ValidationFailed(fieldErrors(result.error.issues));
}

function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldErrors {
  const errors: Record<string, string[]> = Object.create(null);
  for (const issue of issues) {
    const fields = issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.') || WHOLE];
    for (const field of fields) errors[field] = [...(errors[field] ?? []), explain(issue)];
  }
  return errors;
}

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

/** What has parts has so many of them; a number is so much. */
function amount(bound: 'least' | 'most', limit: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  return unit ? `have at ${bound} ${limit} ${unit}` : `be at ${bound} ${limit}`;
}

/** The types as JSON calls them. */
const JSON_TYPES: Readonly<Record<string, string>> = { int: 'integer', record: 'object' };

function aOrAn(expected: string): string {
  const type = JSON_TYPES[expected] ?? expected;
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
