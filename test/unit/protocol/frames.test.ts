import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessageFrame, readObject, readRef, refIn } from '../../../functions/protocol/frames.ts';
import { errorFrame, messageFrame } from '../../../functions/protocol/server-frames.ts';
import { MAX_MESSAGE_LENGTH } from '../../../functions/protocol/text.ts';
import { aMessage } from '../support/message-log.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';
import { thrownBy } from '../support/rejection.ts';

const read = (frame: unknown) => readMessageFrame(readObject(JSON.stringify(frame)));
const fault = (frame: unknown) => thrownBy(() => read(frame));
const CRAB = '🦀';

describe('a frame', () => {
  it('needs only a message', () => {
    expect(read({ message: 'Hello' })).toEqual({ message: 'Hello' });
  });

  it('may have a reference, a client id and the last known seq', () => {
    expect(read({ message: 'Hello', ref: 'r1', client_id: id(77), after: 4 })).toEqual({
      message: 'Hello',
      clientId: id(77),
      after: 4,
    });
  });

  it('may know of no message yet, with `after` 0', () => {
    expect(read({ message: 'Hello', after: 0 }).after).toBe(0);
  });

  it('may have null in an optional field', () => {
    expect(read({ message: 'Hello', ref: null, client_id: null, after: null })).toEqual({ message: 'Hello' });
  });

  it('may have unknown fields, which are ignored', () => {
    expect(read({ message: 'Hello', sender: 'bob', seq: 9, type: 'chat.message' })).toEqual({
      message: 'Hello',
    });
  });

  it('keeps the text unchanged, including blanks and line ends', () => {
    expect(read({ message: '  Hello\r\n\tWorld ' }).message).toBe('  Hello\r\n\tWorld ');
  });

  it('has its client id in lower case (RFC 9562 §4)', () => {
    const clientId = 'ABCDEF00-0000-4000-8000-00000000000F';
    expect(read({ message: 'Hello', client_id: clientId }).clientId).toBe(clientId.toLowerCase());
  });
});

describe('a frame is refused', () => {
  it.each(['', 'Hello', '{"message": "Hello"', "{'message': 'Hello'}", '{"message": "a\nb"}', undefined])(
    'when it is not JSON: %j',
    (body) => {
      expect(thrownBy(() => readObject(body))).toEqual({ code: 'invalid_json' });
    },
  );

  it.each([[['Hello']], ['Hello'], [42], [null], [true]])('when it is not an object: %j', (value) => {
    expect(fault(value)).toEqual({ code: 'not_an_object' });
  });

  it.each([
    ['message_missing', {}],
    ['message_missing', { text: 'Hello' }],
    ['message_missing', JSON.parse('{"__proto__": {"message": "Hello"}}')],
    ['message_invalid', { message: null }],
    ['message_invalid', { message: 42 }],
    ['message_invalid', { message: ['Hello'] }],
    ['message_invalid', { message: { text: 'Hello' } }],
    ['message_invalid', { message: true }],
    ['message_invalid', { message: 'a\0b' }],
    ['message_invalid', { message: 'half a crab: \ud83e' }],
    ['message_invalid', { message: '\udd80\ud83e' }],
    ['message_blank', { message: '' }],
    ['message_blank', { message: ' \t\r\n ' }],
    ['message_blank', { message: '\u00a0\u2003\ufeff' }],
    ['client_id_invalid', { message: 'Hello', client_id: 'x' }],
    ['client_id_invalid', { message: 'Hello', client_id: '' }],
    ['client_id_invalid', { message: 'Hello', client_id: 7 }],
    ['client_id_invalid', { message: 'Hello', client_id: `${id(1)}\n` }],
    ['after_invalid', { message: 'Hello', after: -1 }],
    ['after_invalid', { message: 'Hello', after: 1.5 }],
    ['after_invalid', { message: 'Hello', after: '1' }],
    ['after_invalid', { message: 'Hello', after: 2 ** 53 }],
    ['after_invalid', { message: 'Hello', after: true }],
  ])('%s: %j', (code, frame) => {
    expect(fault(frame)).toEqual({ code });
    expect(fault({ ...frame, ref: 'r1' })).toEqual({ code });
  });

  it('when a number is not exact in JSON', () => {
    expect(
      thrownBy(() => readMessageFrame(readObject('{"message": "Hello", "after": 1e400}'))),
    ).toMatchObject({
      code: 'after_invalid',
    });
  });
});

describe('the longest message', () => {
  it.each([
    ['letters', 'a'],
    ['characters of two UTF-16 units', CRAB],
  ])('has 4,000 %s', (_, character) => {
    const message = character.repeat(MAX_MESSAGE_LENGTH);
    expect(read({ message }).message).toBe(message);
    expect(fault({ message: message + character })).toMatchObject({ code: 'message_too_long' });
    expect(fault({ message: `${message}a` })).toMatchObject({ code: 'message_too_long' });
  });

  it('is counted in code points', () => {
    const character = fc.constantFrom('a', 'é', '語', CRAB, '\u0301');
    fc.assert(
      fc.property(
        fc.array(character, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 3_990, max: 4_010 }),
        (some, length) => {
          const message = Array.from({ length }, (_, i) => some[i % some.length]).join('');
          const outcome = length > MAX_MESSAGE_LENGTH ? fault({ message }) : read({ message });
          expect(outcome).toEqual(
            length > 4_000 ? { code: 'message_too_long', ref: undefined } : { message },
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

it('any frame is read, or refused with a reason', () => {
  const frame = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.json(),
    fc
      .record(
        { message: fc.jsonValue(), ref: fc.jsonValue(), client_id: fc.jsonValue(), after: fc.jsonValue() },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(frame, (body) => {
      let outcome: object;
      try {
        outcome = readMessageFrame(readObject(body));
      } catch (error) {
        outcome = { ...(error as object) };
      }
      expect(Object.keys(outcome)[0]).toMatch(/^(message|code)$/);
    }),
  );
});

describe('the reference in a frame', () => {
  it.each([
    ['{"ref": "r1"}', 'r1'],
    ['{"ref": "r1", "message": 7}', 'r1'],
    ['{"ref": 1}', undefined],
    ['{}', undefined],
    ['garbage', undefined],
    [undefined, undefined],
  ])('of %j is %j', (body, ref) => {
    expect(refIn(body)).toBe(ref);
  });
});

it('a stored message is sent with the fields of the contract', () => {
  expect(messageFrame({ ...aMessage(3), clientId: id(77) }, 'Alice', 'sender')).toEqual({
    type: 'chat.message',
    id: id(1003),
    conversation: CONVERSATION,
    seq: 3,
    message: 'message 3',
    sender: 'Alice',
    sender_id: alice.id,
    created_at: '2026-11-23T12:00:00.000Z',
    client_id: id(77),
  });
});

it('an error is sent with its code and its text', () => {
  const error = { code: 'busy', message: 'Try again.' };
  expect(errorFrame(error)).toEqual({ type: 'error', code: 'busy', detail: 'Try again.' });
});

describe('the object of a frame', () => {
  it('is read from its text', () => {
    expect(readObject('{"a": [1, {"b": null}]}')).toEqual({ a: [1, { b: null }] });
  });

  it('may begin with one byte order mark, as the body of a request may', () => {
    expect(readObject('\ufeff{"a": 1}')).toEqual({ a: 1 });
    expect(refIn('\ufeff{"ref": "r1"}')).toBe('r1');
  });

  it.each([
    ['invalid_json', '\ufeff'],
    ['invalid_json', '\ufeff\ufeff{}'],
    ['invalid_json', '{}\ufeff'],
    ['invalid_json', undefined],
    ['invalid_json', ''],
    ['invalid_json', '{"a": 1'],
    ['invalid_json', "{'a': 1}"],
    ['not_an_object', 'null'],
    ['not_an_object', '[]'],
    ['not_an_object', '"{}"'],
    ['not_an_object', '7'],
  ])('is refused as %s: %j', (code, body) => {
    expect(thrownBy(() => readObject(body))).toEqual({ code, ref: undefined });
  });
});

describe('the reference, read before the rest of the frame', () => {
  it.each(['', 'r1', 'r'.repeat(64), '🦀'.repeat(64)])('may be %j', (ref) => {
    expect(readRef({ ref })).toBe(ref);
    expect(refIn(JSON.stringify({ ref }))).toBe(ref);
  });

  it.each([undefined, null])('may be absent: %j', (ref) => {
    expect(readRef({ ref })).toBeUndefined();
  });

  it.each(['r'.repeat(65), '🦀'.repeat(65), '\ud83e', 7, true, {}, ['r']])('may not be %j', (ref) => {
    expect(thrownBy(() => readRef({ ref }))).toEqual({ code: 'ref_invalid' });
    expect(refIn(JSON.stringify({ ref }))).toBeUndefined();
  });

  it.each([undefined, '', 'garbage', 'null', '[]', '{}'])('is absent in %j', (body) => {
    expect(refIn(body)).toBeUndefined();
  });
});
