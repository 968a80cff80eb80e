import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let conversation: string;
let phone: Socket;
let laptop: Socket;
let his: Socket;
beforeAll(async () => {
  [ada, charles] = await people(api, 2);
  conversation = conversationOf(ada, charles);
});
beforeEach(async () => {
  [phone, laptop, his] = await Promise.all([device(url, ada), device(url, ada), device(url, charles)]);
});
afterEach(closeSockets);

const count = async () =>
  (await api.get(`/chat/history/${charles.id}/?limit=1`, { token: ada.access })).body.count;

/** Sends a frame and returns its answer. The socket must still work, and nobody else may have received anything. */
async function outcomeOf(frame: unknown) {
  const before = await count();
  phone.send(frame);
  const answer = await phone.next();
  expect(await count(), 'nothing was stored').toBe(before);
  for (const socket of [phone, laptop, his]) await quiet(socket);
  return answer;
}

const error = (code: string) => ({ type: 'error', code, detail: expect.any(String) });

describe('an invalid frame gets an error, and the socket stays open', () => {
  it.each([
    ['no JSON', 'hello', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['a list of frames', '[{"action": "ping"}]', 'not_an_object'],
    ['a string', '"ping"', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['JSON that nests 10,000 deep', '['.repeat(10_000), 'invalid_json'],
    ['a reference that is a number', { action: 'ping', ref: 7 }, 'ref_invalid'],
    ['a reference of 65 characters', { action: 'ping', ref: 'x'.repeat(65) }, 'ref_invalid'],
    ['half a character as a reference', '{"action": "ping", "ref": "\\ud800"}', 'ref_invalid'],
  ])('%s', async (_what, frame, code) => {
    expect(await outcomeOf(frame)).toEqual(error(code));
  });
});

it('a binary frame closes the socket with 1003, and the other devices of the user stay connected', async () => {
  phone.send(new TextEncoder().encode('{"action": "ping"}'));
  expect((await phone.closed).code).toBe(1003);
  expect(phone.frames).toEqual([]);
  expect(await laptop.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
});

describe('an unknown action gets an error with the known actions', () => {
  it.each([
    undefined,
    null,
    7,
    {},
    [],
    '',
    'PING',
    'ping ',
    'sendmessage',
    'message.remove',
    'toString',
    'constructor',
    '__proto__',
    '$default',
    '$connect',
    '$disconnect',
  ])('%j', async (action) => {
    expect(await outcomeOf({ action, message: 'hello', ref: 'r-1' })).toEqual({
      type: 'error',
      code: 'unknown_action',
      detail: expect.stringContaining(
        'message.send, message.edit, message.delete, message.react, message.unreact, conversation.read, message.received, typing, sync, presence.watch, auth.refresh, ping',
      ),
      ref: 'r-1',
    });
  });
});

describe('missing or wrong fields are named, and the frame changes nothing', () => {
  const good = () => messageTo(charles, 'hello');
  const without = (frame: Record<string, unknown>, field: string) => {
    const { [field]: _, ...rest } = frame;
    return rest;
  };

  it.each<[string, string, () => Record<string, unknown>]>([
    ['no text', 'text', () => without(good(), 'text')],
    ['a text that is null', 'text', () => ({ ...good(), text: null })],
    ['a text that is a list', 'text', () => ({ ...good(), text: ['hello'] })],
    ['an empty text', 'text', () => ({ ...good(), text: '' })],
    ['a blank text', 'text', () => ({ ...good(), text: ' \t\n\u00a0\u2003' })],
    ['a text that nobody sees', 'text', () => ({ ...good(), text: '\u200b\u3164\ufe0f' })],
    ['a NUL', 'text', () => ({ ...good(), text: 'a\u0000b' })],
    ['half a character', 'text', () => ({ ...good(), text: 'a\ud800b' })],
    ['4,001 characters', 'text', () => ({ ...good(), text: '名'.repeat(4001) })],
    ['no client_id', 'client_id', () => without(good(), 'client_id')],
    ['a client_id that is no UUID', 'client_id', () => ({ ...good(), client_id: 'not-a-uuid' })],
    ['a client_id that is null', 'client_id', () => ({ ...good(), client_id: null })],
    ['nobody to send to', 'to', () => without(good(), 'to')],
    ['two to send to', 'to', () => ({ ...good(), conversation })],
    ['a recipient that is a number', 'to', () => ({ ...good(), to: 7 })],
    ['a recipient of 101 characters', 'to', () => ({ ...good(), to: 'x'.repeat(101) })],
    ['after: -1', 'after', () => ({ ...good(), after: -1 })],
    ['after: 1.5', 'after', () => ({ ...good(), after: 1.5 })],
    ['after: "1"', 'after', () => ({ ...good(), after: '1' })],
    ['after: 1e300', 'after', () => ({ ...good(), after: 1e300 })],
  ])('message.send: %s', async (_what, field, frame) => {
    const answer = await outcomeOf({ ...frame(), ref: 'r-1' });
    expect(answer).toEqual({ ...error('validation_failed'), errors: expect.anything(), ref: 'r-1' });
    expect(Object.keys(answer.errors as object)).toEqual([field]);
  });

  it.each(
    ['conversation.read', 'message.received', 'message.delete'].flatMap((action) =>
      [
        ['no conversation', 'conversation', { seq: 1 }],
        ['a conversation that is a number', 'conversation', { conversation: 7, seq: 1 }],
        ['an empty conversation', 'conversation', { conversation: '', seq: 1 }],
        ['a conversation of 101 characters', 'conversation', { conversation: 'x'.repeat(101), seq: 1 }],
        ['no seq', 'seq', { conversation: 'x' }],
        ['seq: -1', 'seq', { conversation: 'x', seq: -1 }],
        ['seq: 1.5', 'seq', { conversation: 'x', seq: 1.5 }],
        ['seq: "1"', 'seq', { conversation: 'x', seq: '1' }],
        ['seq: null', 'seq', { conversation: 'x', seq: null }],
      ].map(([what, field, fields]) => ({ action, what, field, fields })),
    ),
  )('$action: $what', async ({ action, field, fields }) => {
    const answer = await outcomeOf({ action, ...(fields as object) });
    expect(answer).toEqual({
      ...error('validation_failed'),
      errors: { [field as string]: expect.anything() },
    });
  });

  it.each([
    ['typing', {}, 'conversation'],
    ['typing', { conversation: null }, 'conversation'],
    ['sync', {}, 'conversations'],
    ['sync', { conversations: [] }, 'conversations'],
    ['sync', { conversations: { x: '1' } }, 'conversations.x'],
    ['sync', { conversations: { x: -1 } }, 'conversations.x'],
    ['sync', { conversations: {}, since: 'yesterday' }, 'since'],
    ['sync', { conversations: {}, since: 1_700_000_000 }, 'since'],
    ['presence.watch', {}, 'users'],
    ['presence.watch', { users: 'everybody' }, 'users'],
    ['presence.watch', { users: { 0: 'x' } }, 'users'],
    ['presence.watch', { users: ['x', 7] }, 'users.1'],
  ])('%s: %j', async (action, fields, field) => {
    const answer = await outcomeOf({ action, ...fields });
    expect(answer).toEqual({ ...error('validation_failed'), errors: { [field]: expect.anything() } });
  });

  it('all at once', async () => {
    const answer = await outcomeOf({ action: 'message.send', after: -1 });
    expect(Object.keys(answer.errors as object).sort()).toEqual(['after', 'client_id', 'text', 'to']);
  });
});

describe('a frame over API Gateway’s limits closes the socket with 1009 and changes nothing', () => {
  it('a frame of 33 KB', async () => {
    const before = await count();
    phone.send(messageTo(charles, 'x'.repeat(33 * 1024)));
    expect((await phone.closed).code).toBe(1009);
    expect(await count()).toBe(before);
    for (const socket of [laptop, his]) await quiet(socket);
  });
});
