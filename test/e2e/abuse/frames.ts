import { messageTo } from '../support/devices.ts';
import type { Scene } from './scene.ts';

/** A frame of Mallory's that must be refused, and with what. */
export interface Attack {
  readonly what: string;
  readonly frame: (scene: Scene) => unknown;
  readonly code: string;
}

const NOBODY = '00000000-0000-4000-8000-000000000000';
const HUGE = Number.MAX_SAFE_INTEGER;

const others: readonly Attack[] = [
  {
    what: 'a message into the conversation of others',
    frame: ({ theirs }) => ({
      action: 'message.send',
      conversation: theirs,
      text: 'I am Bob.',
      client_id: crypto.randomUUID(),
    }),
    code: 'conversation_not_found',
  },
  {
    what: 'several messages into the conversation of others',
    frame: ({ theirs }) => ({
      action: 'message.send',
      conversation: theirs,
      messages: [{ client_id: crypto.randomUUID(), text: 'I am Bob.' }],
    }),
    code: 'conversation_not_found',
  },
  { what: 'a message to oneself', frame: ({ mallory }) => messageTo(mallory, 'Me.'), code: 'user_not_found' },
  { what: 'a message to nobody', frame: () => messageTo({ id: NOBODY }, 'You?'), code: 'user_not_found' },
  {
    what: 'a message to a username',
    frame: ({ bob }) => messageTo({ id: bob.username }, 'You?'),
    code: 'user_not_found',
  },
  {
    what: 'a message to a key of the table',
    frame: ({ bob }) => messageTo({ id: `${bob.id}#SOCKETS` }, 'You?'),
    code: 'user_not_found',
  },
  ...['conversation.read', 'message.received'].flatMap((action): Attack[] => [
    {
      what: `${action} in the conversation of others`,
      frame: ({ theirs }) => ({ action, conversation: theirs, seq: 1 }),
      code: 'conversation_not_found',
    },
    {
      what: `${action} in the conversation of others, in capitals`,
      frame: ({ theirs }) => ({ action, conversation: theirs.toUpperCase(), seq: 1 }),
      code: 'conversation_not_found',
    },
    {
      what: `${action} in no conversation`,
      frame: () => ({ action, conversation: 'META', seq: 1 }),
      code: 'conversation_not_found',
    },
  ]),
  {
    what: 'typing in the conversation of others',
    frame: ({ theirs }) => ({ action: 'typing', conversation: theirs }),
    code: 'conversation_not_found',
  },
  {
    what: 'the token of another user',
    frame: ({ bob }) => ({ action: 'auth.refresh', token: bob.access }),
    code: 'token_invalid',
  },
  {
    what: 'a refresh token for a socket',
    frame: ({ mallory }) => ({ action: 'auth.refresh', token: mallory.refresh }),
    code: 'token_invalid',
  },
  {
    what: 'a padded token for a socket',
    frame: ({ mallory }) => ({ action: 'auth.refresh', token: `${mallory.access}==` }),
    code: 'validation_failed',
  },
  {
    what: 'a token without signature for a socket',
    frame: ({ mallory }) => ({ action: 'auth.refresh', token: mallory.access.replace(/[^.]+$/, '') }),
    code: 'token_invalid',
  },
];

/** Names of actions that are none. */
const actions: readonly Attack[] = [
  'nothing',
  '',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'MESSAGE.SEND',
  'message.send ',
  'message.send\0',
  'message',
  'message.remove',
  'session.ended',
  'auth.login',
  '$default',
  '../ping',
].map((action) => ({
  what: `the action ${JSON.stringify(action)}`,
  frame: () => ({ action }),
  code: 'unknown_action',
}));

/** Actions that are no text. */
const untyped: readonly Attack[] = [7, true, ['ping'], { name: 'ping' }].map((action) => ({
  what: `the action ${JSON.stringify(action)}`,
  frame: () => ({ action }),
  code: 'unknown_action',
}));

const WRONG: readonly [what: string, value: unknown][] = [
  ['null', null],
  ['a negative number', -1],
  ['a fraction', 1.5],
  ['a number beyond the exact ones', HUGE + 1],
  ['true', true],
  ['a list', []],
  ['an object', { $gt: 0 }],
  ['a lone surrogate', 'x\ud800'],
  ['a NUL', 'x\0'],
  ['a text of 20,000 letters', 'x'.repeat(20_000)],
];

/** Wrong values of each field. `except` are values that another rule refuses, or that are right. */
const fields = (
  valid: (scene: Scene) => Record<string, unknown>,
  name: string,
  except: Readonly<Record<string, string | undefined>> = {},
): Attack[] =>
  WRONG.flatMap(([what, value]) => {
    const code = what in except ? except[what] : 'validation_failed';
    if (code === undefined) return [];
    return [
      { what: `${name} of ${what}`, frame: (scene: Scene) => ({ ...valid(scene), [name]: value }), code },
    ];
  });

const UNKNOWN_CONVERSATION = { 'a lone surrogate': 'validation_failed', 'a NUL': 'conversation_not_found' };
const read = ({ ours }: Scene) => ({ action: 'conversation.read', conversation: ours, seq: 1 });
const send = ({ bob }: Scene) => messageTo(bob, 'Hello.');

const wrongFields: readonly Attack[] = [
  ...fields(read, 'conversation', UNKNOWN_CONVERSATION),
  ...fields(read, 'seq'),
  ...fields(send, 'text'),
  ...fields(send, 'client_id'),
  ...fields(send, 'after'),
  ...fields((scene) => ({ ...send(scene), text: undefined, client_id: undefined }), 'messages'),
  ...fields(() => ({ action: 'presence.watch' }), 'users', { 'a list': undefined }),
  ...fields(() => ({ action: 'sync' }), 'conversations', { 'an object': 'conversation_not_found' }),
];

/** Groups that Mallory is not in, or no longer, and what a reader may not do in one. */
const groups: readonly Attack[] = [
  ...(['theirGroup', 'formerGroup'] as const).flatMap((name) =>
    [
      { action: 'message.send', text: 'I am Bob.', client_id: crypto.randomUUID() },
      { action: 'message.edit', seq: 2, version: 1, text: 'I am Bob.' },
      { action: 'message.delete', seq: 2 },
      { action: 'message.react', seq: 2, emoji: '👍' },
      { action: 'message.unreact', seq: 2, emoji: '👍' },
      { action: 'conversation.read', seq: 1 },
      { action: 'message.received', seq: 1 },
      { action: 'typing' },
    ].map(
      ({ action, ...fields }): Attack => ({
        what: `${action} in ${name === 'theirGroup' ? 'a group of others' : 'a group that she was removed from'}`,
        frame: (scene) => ({ action, conversation: scene[name], ...fields }),
        code: 'conversation_not_found',
      }),
    ),
  ),
  ...[
    { action: 'message.send', text: 'I only read.', client_id: crypto.randomUUID() },
    { action: 'typing' },
  ].map(
    ({ action, ...fields }): Attack => ({
      what: `${action} of a reader (${Object.keys(fields)})`,
      frame: ({ readGroup }) => ({ action, conversation: readGroup, ...fields }),
      code: 'not_allowed',
    }),
  ),
  {
    what: 'the deletion of a message of others by a reader',
    frame: ({ readGroup }) => ({ action: 'message.delete', conversation: readGroup, seq: 3 }),
    code: 'not_your_message',
  },
  {
    what: 'an edit of an event',
    frame: ({ readGroup }) => ({
      action: 'message.edit',
      conversation: readGroup,
      seq: 1,
      version: 1,
      text: 'I am the owner.',
    }),
    code: 'message_not_found',
  },
  {
    what: 'a reaction to an event',
    frame: ({ readGroup }) => ({ action: 'message.react', conversation: readGroup, seq: 1, emoji: '👍' }),
    code: 'message_not_found',
  },
];

export const ATTACKS: readonly Attack[] = [...others, ...groups, ...actions, ...untyped, ...wrongFields];
