import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActionName, actionSchemas, readAction } from '../../../functions/protocol/actions.ts';
import { BadFrame } from '../../../functions/protocol/errors.ts';
import { readObject } from '../../../functions/protocol/frames.ts';
import { CONVERSATION, id } from '../support/people.ts';
import { thrownBy } from '../support/rejection.ts';

const read = (frame: object) => readAction(readObject(JSON.stringify(frame)));
const faults = (frame: object) => {
  const { errors, ...rest } = thrownBy(() => read(frame)) as { errors: object };
  return { ...rest, errors: { ...errors } };
};

const CLIENT_ID = 'ABCDEF00-0000-4000-8000-00000000000F';
const SAY = { action: 'message.send', to: id(2), text: 'Hello', client_id: id(77) };
const many = <T>(length: number, make: (i: number) => T) => Array.from({ length }, (_, i) => make(i));
const held = (length: number) =>
  Object.fromEntries(many(length, (i) => [`${id(1)}.${id(2 + i)}`, { seq: i, change: i }]));

describe('a device’s frame', () => {
  it.each<[ActionName, string, object]>([
    ['message.send', 'to a user', { to: id(2), text: 'Hello', client_id: id(77) }],
    [
      'message.send',
      'into a conversation',
      { conversation: CONVERSATION, text: ' Hello\n', client_id: id(77), after: 0 },
    ],
    [
      'message.send',
      'with the longest text',
      { to: id(2), text: '🦀'.repeat(4_000), client_id: id(77), after: 2 ** 53 - 1 },
    ],
    [
      'message.send',
      'with ten mentions and all',
      {
        conversation: id(700),
        text: 'Hello',
        client_id: id(77),
        mentions: { users: many(10, id), all: true },
      },
    ],
    ['conversation.read', 'up to a message', { conversation: CONVERSATION, seq: 4 }],
    ['message.received', 'up to none', { conversation: CONVERSATION, seq: 0 }],
    ['typing', 'in a conversation', { conversation: CONVERSATION }],
    ['sync', 'of nothing held', { conversations: {} }],
    ['message.edit', 'of a message', { conversation: CONVERSATION, seq: 4, version: 1, text: 'Better.' }],
    ['message.delete', 'of a message', { conversation: CONVERSATION, seq: 4 }],
    ['message.react', 'with an emoji', { conversation: CONVERSATION, seq: 4, emoji: '👍' }],
    ['message.unreact', 'with an emoji', { conversation: CONVERSATION, seq: 4, emoji: '❤️' }],
    [
      'sync',
      'since a position',
      { conversations: { [CONVERSATION]: { seq: 0, change: 0 } }, since: '2026-11-23T12:00:00.000Z' },
    ],
    ['sync', 'of 50 conversations', { conversations: held(50) }],
    ['presence.watch', 'of nobody', { users: [] }],
    ['presence.watch', 'of 50 users', { users: many(50, id) }],
    ['auth.refresh', 'with a token', { token: 'eyJ.e-_9.x' }],
    ['auth.refresh', 'with the longest token', { token: 'x'.repeat(4_096) }],
    ['ping', 'alone', {}],
  ])('%s %s is read', (action, _, input) => {
    expect(read({ action, ...input })).toEqual({ action, input });
    expect(read({ action, ...input, ref: 'r1' })).toEqual({ action, input });
  });

  it.each(Object.keys(actionSchemas))('%s ignores fields that it does not know', (action) => {
    const good = {
      ...SAY,
      conversation: undefined,
      action,
      seq: 1,
      users: [],
      conversations: {},
      token: 'a.b.c',
      version: 1,
      emoji: '👍',
      sender: id(3),
    };
    const frame = ['message.send', 'sync', 'presence.watch', 'ping'].includes(action)
      ? good
      : { ...good, conversation: CONVERSATION };
    expect(read(frame).input).not.toHaveProperty('sender');
  });

  it('may hold a conversation without following its changes', () => {
    expect(read({ action: 'sync', conversations: { [CONVERSATION]: 4 } }).input).toEqual({
      conversations: { [CONVERSATION]: { seq: 4 } },
    });
  });

  it('takes an emoji with and without the variation selector as the same', () => {
    const frame = { action: 'message.react', conversation: CONVERSATION, seq: 4 };
    for (const emoji of ['\u2764', '\u2764\ufe0f'])
      expect(read({ ...frame, emoji }).input).toMatchObject({ emoji: '\u2764\ufe0f' });
  });

  it('compares client ids without letter case (RFC 9562 §4)', () => {
    expect(read({ ...SAY, client_id: CLIENT_ID }).input).toMatchObject({
      client_id: CLIENT_ID.toLowerCase(),
    });
  });

  it.each([
    ['2026-11-23T12:00:00Z', '2026-11-23T12:00:00.000Z'],
    ['2026-11-23T12:00:00.5Z', '2026-11-23T12:00:00.500Z'],
    ['2026-11-23T12:00:00.123456Z', '2026-11-23T12:00:00.123Z'],
  ])('reads %s as %s, because times are compared as texts', (since, time) => {
    expect(read({ action: 'sync', conversations: {}, since }).input).toMatchObject({ since: time });
  });

  it('is read without its reference, which only the reply needs', () => {
    expect(read({ action: 'ping', ref: 'r1' })).toEqual({ action: 'ping', input: {} });
  });
});

describe('an unknown action', () => {
  it.each([
    undefined,
    null,
    7,
    '',
    'Ping',
    'message',
    'chat.message',
    'toString',
    '__proto__',
    'constructor',
    ['ping'],
  ])('like %j is answered with those that are known', (action) => {
    expect(() => read({ action, ref: 'r1' })).toThrow(
      new BadFrame(
        'unknown_action',
        '`action` must be one of message.send, message.edit, message.delete, message.react, message.unreact, conversation.read, message.received, typing, sync, presence.watch, auth.refresh, ping.',
      ),
    );
  });
});

describe('a fault is named with its field', () => {
  const REQUIRED = 'This field is required.';
  const AMBIGUOUS = 'Either `to` or `conversation` is required.';
  const mark = { conversation: CONVERSATION, seq: 1 };

  it.each<[ActionName, Record<string, string>, object]>([
    ['message.send', { text: REQUIRED, client_id: REQUIRED }, { to: id(2) }],
    ['message.send', { to: AMBIGUOUS }, { ...SAY, to: undefined }],
    ['message.send', { to: AMBIGUOUS }, { ...SAY, conversation: CONVERSATION }],
    ['message.send', { to: 'Must be a string.' }, { ...SAY, to: 7 }],
    ['message.send', { to: 'Must be well-formed Unicode.' }, { ...SAY, to: '\ud800' }],
    ['message.send', { to: 'Must have at most 100 characters.' }, { ...SAY, to: '🦀'.repeat(101) }],
    ['message.send', { to: 'Must have at most 100 characters.' }, { ...SAY, to: 'x'.repeat(101) }],
    ['message.send', { conversation: 'Must not be empty.' }, { ...SAY, to: undefined, conversation: '' }],
    ['message.send', { text: 'Must be a string.' }, { ...SAY, text: 7 }],
    ['message.send', { text: 'The text must not be blank.' }, { ...SAY, text: ' ' }],
    ['message.send', { text: 'The text must be well-formed Unicode without NUL.' }, { ...SAY, text: 'a\0' }],
    [
      'message.send',
      { text: 'The text must be well-formed Unicode without NUL.' },
      { ...SAY, text: '\ud83e' },
    ],
    [
      'message.send',
      { text: 'The text must have at most 4000 characters.' },
      { ...SAY, text: 'x'.repeat(4_001) },
    ],
    [
      'message.send',
      { text: 'The text must have at most 4000 characters.' },
      { ...SAY, text: `${'🦀'.repeat(4_000)}!` },
    ],
    ['message.send', { client_id: 'Must be a UUID.' }, { ...SAY, client_id: 'x' }],
    ['message.send', { client_id: 'Must be a UUID.' }, { ...SAY, client_id: `${id(1)}\n` }],
    ['message.send', { client_id: 'Must be a string.' }, { ...SAY, client_id: null }],
    ['message.send', { after: 'Must be at least 0.' }, { ...SAY, after: -1 }],
    ['message.send', { after: 'Must be an integer.' }, { ...SAY, after: 1.5 }],
    ['message.send', { after: 'Must be a number.' }, { ...SAY, after: '1' }],
    ['conversation.read', { conversation: REQUIRED, seq: REQUIRED }, {}],
    ['conversation.read', { seq: 'Must be at least 0.' }, { ...mark, seq: -1 }],
    ['conversation.read', { seq: 'Must be at most 9007199254740991.' }, { ...mark, seq: 2 ** 53 }],
    ['message.received', { seq: 'Must be a number.' }, { ...mark, seq: true }],
    [
      'message.received',
      { conversation: 'Must have at most 100 characters.' },
      { ...mark, conversation: 'x'.repeat(101) },
    ],
    ['typing', { conversation: REQUIRED }, {}],
    ['typing', { conversation: 'Must be a string.' }, { conversation: [CONVERSATION] }],
    ['message.react', { emoji: REQUIRED }, mark],
    ['message.react', { emoji: 'Must be one emoji.' }, { ...mark, emoji: '👍👍' }],
    ['message.react', { emoji: 'Must be one emoji.' }, { ...mark, emoji: 'x' }],
    ['message.react', { emoji: 'Must be a string.' }, { ...mark, emoji: 7 }],
    ['sync', { conversations: REQUIRED }, {}],
    ['sync', { conversations: 'Must be an object.' }, { conversations: [] }],
    ['sync', { conversations: 'At most 50 at a time; ask again for more.' }, { conversations: held(51) }],
    ['sync', { conversations: 'At most 50 at a time; ask again for more.' }, { conversations: held(10_000) }],
    ['sync', { 'conversations.a.b': 'Must be at least 0.' }, { conversations: { 'a.b': -1 } }],
    ['sync', { 'conversations.': 'This key is not valid.' }, { conversations: { '': 1 } }],
    [
      'sync',
      { since: 'Must be a time in UTC, as ISO 8601 writes it.' },
      { conversations: {}, since: 'yesterday' },
    ],
    ['sync', { 'conversations.\ufffd': 'This key is not valid.' }, { conversations: { '\ud800': 1 } }],
    ['presence.watch', { 'users.0': 'Must be well-formed Unicode.' }, { users: ['\ud800'] }],
    ['presence.watch', { users: REQUIRED }, {}],
    ['presence.watch', { users: 'Must be an array.' }, { users: id(2) }],
    ['presence.watch', { users: 'Must have at most 50 items.' }, { users: many(51, id) }],
    ['presence.watch', { 'users.1': 'Must be a string.' }, { users: [id(2), 7] }],
  ])('%s %j', (action, errors, input) => {
    const lists = Object.fromEntries(Object.entries(errors).map(([field, text]) => [field, [text]]));
    expect(faults({ ...input, action })).toEqual({ code: 'validation_failed', errors: lists });
  });
});

it('any frame of a device is read, or refused with a reason', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(CONVERSATION, id(1), 1));
  const frame = fc.record(
    {
      action: fc.constantFrom(...Object.keys(actionSchemas)),
      to: value,
      conversation: value,
      text: value,
      client_id: value,
      after: value,
      seq: value,
      conversations: fc.oneof(value, fc.dictionary(fc.string(), fc.integer())),
      since: value,
      users: fc.oneof(value, fc.array(fc.string())),
    },
    { requiredKeys: ['action'] },
  );
  fc.assert(
    fc.property(frame, (one) => {
      let outcome: object;
      try {
        outcome = read(one);
      } catch (error) {
        outcome = { ...(error as object) };
      }
      expect(Object.keys(outcome)).toEqual('code' in outcome ? ['code', 'errors'] : ['action', 'input']);
    }),
  );
});

describe('the mentions of a message', () => {
  const errorsOf = (mentions: unknown) => Object.keys(faults({ ...SAY, mentions }).errors);

  it('name users in any letter case', () => {
    expect(read({ ...SAY, mentions: { users: [CLIENT_ID] } }).input).toMatchObject({
      mentions: { users: [CLIENT_ID.toLowerCase()] },
    });
  });

  it.each([
    ['nobody', {}],
    ['an empty list', { users: [] }],
    ['eleven users', { users: many(11, id) }],
    ['one user twice', { users: [id(1), id(2), id(1)] }],
    ['one user twice, in two letter cases', { users: [CLIENT_ID, CLIENT_ID.toLowerCase()] }],
    ['what is no id', { users: [7] }],
    ['a list instead', [id(1)]],
    ['a text instead', id(1)],
    ['null', null],
    ['`all` as false', { all: false }],
    ['`all` as 1', { users: [id(1)], all: 1 }],
  ])('are refused with %s', (_, mentions) => {
    expect(errorsOf(mentions)).toEqual([expect.stringMatching(/^mentions/)]);
    const messages = [{ client_id: id(77), text: 'Hello', mentions }];
    const { action, to } = SAY;
    expect(Object.keys(faults({ action, to, messages }).errors)).toEqual([
      expect.stringMatching(/^messages\.0\.mentions/),
    ]);
  });

  it('count toward the bytes of several messages, because other devices get all of them in one frame', () => {
    const { action, to } = SAY;
    const messages = (users: number, length: number) =>
      many(20, (i) => ({
        client_id: id(100 + i),
        text: 'x'.repeat(length),
        mentions: { users: many(users, id) },
      }));
    expect(read({ action, to, messages: messages(10, 700) }).input).toHaveProperty('messages.19');
    expect(faults({ action, to, messages: messages(10, 830) }).errors).toEqual({
      messages: ['The texts, mentions and own data must have at most 24576 bytes of JSON together.'],
    });
    expect(read({ action, to, messages: messages(1, 830) }).input).toHaveProperty('messages.19');
  });
});
