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
      return issue.minimum === 1 ? 'Must not be empty.' : `Must have at least ${issue.minimum} characters.`;
    case 'too_big':
      return `Must have at most ${issue.maximum} characters.`;
    case 'invalid_format':
      return issue.format === 'email' ? 'Must be an email address.' : issue.message;
    default:
      return issue.message;
  }
}

function aOrAn(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
