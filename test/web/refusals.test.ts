import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ParleyError } from '../../client/index.ts';
import { type FieldErrors, ValidationFailed } from '../../functions/core/errors.ts';
import { registerRequest } from '../../functions/protocol/requests.ts';
import { validate } from '../../functions/protocol/validate.ts';
import { fieldWords, words, wordsOfMessage } from '../../web/state/refusals.ts';
import { texts } from '../../web/texts.ts';

/** Every `code: x` and every value of a list under `code`, in a contract. */
function codesOf(file: string): string[] {
  const lines = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split('\n');
  const found = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const single = /^\s*(?:code|const): ([a-z]+(?:_[a-z]+)*)$/.exec(line)?.[1];
    if (single && line.includes('code:')) found.add(single);
    if (!/^\s*enum:$/.test(line)) continue;
    for (let at = index + 1; ; at += 1) {
      const value = /^\s*- ([a-z]+(?:_[a-z]+)*)$/.exec(lines[at] ?? '')?.[1];
      if (!value) break;
      if (lines.slice(Math.max(0, index - 6), index).some((before) => /code/i.test(before))) found.add(value);
    }
  }
  return [...found];
}

/** What the server says of an account that somebody wants. */
function faultsOf(account: object): FieldErrors {
  try {
    validate(registerRequest, account);
    return {};
  } catch (error) {
    if (error instanceof ValidationFailed) return error.errors;
    throw error;
  }
}

describe('what the app says of a refusal', () => {
  it.each(['openapi.yaml', 'asyncapi.yaml'])('has words for every code of %s', (file) => {
    const codes = codesOf(file);
    expect(codes).toContain('rate_limited');
    expect(codes.filter((code) => !(code in texts.refusals))).toEqual([]);
  });

  it('has words for the codes of the client library', () => {
    const own = ['offline', 'timeout', 'not_logged_in', 'session_ended'];
    expect(own.filter((code) => !(code in texts.refusals))).toEqual([]);
  });

  it('is plain where the server’s rules are those of a machine', () => {
    const control = String.fromCharCode(7);
    for (const name of ['', ' ', 'a'.repeat(151), control, '\ud800']) {
      const values = { email: `${name}@`, username: name, first_name: name, last_name: name, password: name };
      const errors = faultsOf({ ...values, password2: '' });
      const spoken = Object.values(fieldWords(new ParleyError('validation_failed', 'x', { errors })));
      expect(spoken.length).toBeGreaterThan(1);
      expect(spoken.filter((words) => /\b(Must|May|UTF-8|Unicode|control)\b/.test(words))).toEqual([]);
    }
  });

  it('is nothing but that a field is empty when it is', () => {
    const errors = {
      username: ['Must not be empty.', 'May have letters from a to z, digits and @ . + - _ only.'],
    };
    expect(fieldWords(new ParleyError('validation_failed', 'x', { errors }))).toEqual({
      username: 'Please fill this in.',
    });
  });

  it('is the server’s own sentence where it has none', () => {
    expect(words(new ParleyError('brand_new', 'Something brand new.'))).toBe('Something brand new.');
  });

  it('is of a message that its characters are wrong, where it is one of its fields', () => {
    expect(wordsOfMessage({ code: 'validation_failed', detail: 'x' })).toBe(
      'The message has characters that cannot be sent.',
    );
  });

  it('is no stack trace when the fault is ours', () => {
    expect(words(new TypeError('x is undefined'))).toBe('Something went wrong.');
  });

  it('says how long to wait', () => {
    const error = new ParleyError('too_many_attempts', 'Too many.', { retryAfter: 240 });
    expect(words(error)).toBe('Too many attempts. Try again in 4 minutes.');
  });

  it('says of each field what is wrong, in our words where we have them', () => {
    const errors = { email: ['Must be an email address.'], username: ['Something else.', 'And more.'] };
    expect(fieldWords(new ParleyError('validation_failed', 'x', { errors }))).toEqual({
      email: 'This does not look like an email address.',
      username: 'Something else. And more.',
    });
  });
});
