import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Message, ParleyError } from '../../client/index.ts';
import { type FieldErrors, ValidationFailed } from '../../functions/core/errors.ts';
import { registerRequest } from '../../functions/protocol/requests.ts';
import { isBlank as isBlankOnTheServer } from '../../functions/protocol/text.ts';
import { validate } from '../../functions/protocol/validate.ts';
import {
  errorText,
  fieldErrorTexts,
  isBlank,
  isRefused,
  messageErrorText,
  reactionRefusalTexts,
  refusalText,
} from '../../web/state/error-texts.ts';
import { texts } from '../../web/texts.ts';

/** Each `code: x`, and each value of an enum under `code`, in a contract. */
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

/** The server's errors for a registration. */
function errorsOf(account: object): FieldErrors {
  try {
    validate(registerRequest, account);
    return {};
  } catch (error) {
    if (error instanceof ValidationFailed) return error.errors;
    throw error;
  }
}

describe('the text for an error', () => {
  it.each(['openapi.yaml', 'asyncapi.yaml'])('exists for each code of %s', (file) => {
    const codes = codesOf(file);
    expect(codes).toContain('rate_limited');
    expect(codes.filter((code) => !(code in texts.errors))).toEqual([]);
  });

  it('exists for each code of the client library', () => {
    const own = ['offline', 'timeout', 'not_logged_in', 'session_ended'];
    expect(own.filter((code) => !(code in texts.errors))).toEqual([]);
  });

  it('does not repeat the server’s technical terms', () => {
    const control = String.fromCharCode(7);
    for (const name of ['', ' ', 'a'.repeat(151), control, '\ud800']) {
      const values = { email: `${name}@`, username: name, first_name: name, last_name: name, password: name };
      const errors = errorsOf({ ...values, password2: '' });
      const spoken = Object.values(fieldErrorTexts(new ParleyError('validation_failed', 'x', { errors })));
      expect(spoken.length).toBeGreaterThan(1);
      expect(spoken.filter((text) => /\b(Must|May|UTF-8|Unicode|control)\b/.test(text))).toEqual([]);
    }
  });

  it('says only that a field is empty, although an empty field breaks other rules too', () => {
    const errors = {
      username: ['Must not be empty.', 'May have letters from a to z, digits and @ . + - _ only.'],
    };
    expect(fieldErrorTexts(new ParleyError('validation_failed', 'x', { errors }))).toEqual({
      username: 'Please fill this in.',
    });
  });

  it('is the server’s text if the code is unknown', () => {
    expect(errorText(new ParleyError('brand_new', 'Something brand new.'))).toBe('Something brand new.');
  });

  it('blames the characters of a message that fails validation', () => {
    expect(messageErrorText({ code: 'validation_failed', detail: 'x' })).toBe(
      'The message contains characters that cannot be sent.',
    );
  });

  it('says of a refused change what was not done, and why', () => {
    const reason = { code: 'version_conflict', detail: 'x' };
    const message = { isOwn: true, state: 'read', reason } as Message;
    expect(refusalText({ ...message, refusedText: 'Better' })).toBe(
      'Your change was not saved. This message was edited on another device. You wrote:',
    );
    expect(refusalText(message)).toBe(
      'The message was not deleted. This message was edited on another device.',
    );
    expect(refusalText({ ...message, state: 'failed' })).toBe('This message was edited on another device.');
    expect(refusalText({ state: 'read' } as Message)).toBe('');
  });

  it('says of refused reactions what was not done, and why, the same once', () => {
    const one = {
      emoji: '👍',
      wish: 'react',
      reason: { code: 'cannot_write_to_user', detail: 'x' },
    } as const;
    const removal = {
      emoji: '🎉',
      wish: 'unreact',
      reason: { code: 'brand_new', detail: 'It cannot go.' },
    } as const;
    const message = { isOwn: true, state: 'read', refusedReactions: [one, { ...one, emoji: '👀' }, removal] };
    expect(reactionRefusalTexts(message as unknown as Message)).toEqual([
      'Your reaction was not saved. You cannot write to this user now.',
      'Your reaction was not taken back. It cannot go.',
    ]);
    expect(refusalText(message as unknown as Message)).toBe('');
    expect(
      [message, { ...message, refusedReactions: undefined }].map((each) =>
        isRefused(each as unknown as Message),
      ),
    ).toEqual([true, false]);
  });

  it('is no stack trace after an error in the app', () => {
    expect(errorText(new TypeError('x is undefined'))).toBe('Something went wrong.');
  });

  it('says how long to wait after too many attempts', () => {
    const error = new ParleyError('too_many_attempts', 'Too many.', { retryAfter: 240 });
    expect(errorText(error)).toBe('Too many attempts. Try again in 4 minutes.');
  });

  it('names the error of each field, in the app’s words if there are any', () => {
    const errors = { email: ['Must be an email address.'], username: ['Something else.', 'And more.'] };
    expect(fieldErrorTexts(new ParleyError('validation_failed', 'x', { errors }))).toEqual({
      email: 'This does not look like an email address.',
      username: 'Something else. And more.',
    });
  });
});

it('the app and the server agree on blank messages, for each character of Unicode', () => {
  expect(isBlank('')).toBe(isBlankOnTheServer(''));
  const differing: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    if (isBlank(character) !== isBlankOnTheServer(character)) differing.push(code.toString(16));
  }
  expect(differing).toEqual([]);
  expect(isBlank('\u200b\u3164 ')).toBe(true);
  expect(isBlank('\u200b☺\ufe0f')).toBe(false);
});
