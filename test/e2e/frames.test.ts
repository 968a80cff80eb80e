import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let sender: Socket;
let peer: Socket;
beforeAll(async () => {
  [ada, charles] = await people(api, 2);
});
beforeEach(async () => {
  [sender, peer] = await Promise.all([
    connect(url, { token: ada.access, peer: charles.id }),
    connect(url, { token: charles.access, peer: ada.id }),
  ]);
});
afterEach(closeSockets);

const count = async () =>
  (await api.get(`/chat/history/${charles.id}/?limit=1`, { token: ada.access })).body.count;

/** Sends a frame and returns its answer. The socket must still work, and the peer may not have received anything. */
async function outcomeOf(frame: unknown) {
  const before = await count();
  sender.send(frame);
  const answer = await sender.next();
  expect(await count(), 'nothing was stored').toBe(before);
  expect(await sender.say('still open')).toMatchObject({ type: 'chat.message', seq: before + 1 });
  // A message from the bad frame would have come before this one.
  await peer.next((one) => one.seq === before + 1);
  expect(peer.frames, 'nothing reached the peer').toHaveLength(1);
  return answer;
}

const error = (code: string) => ({ type: 'error', code, detail: expect.any(String) });

describe('a bad frame gets an error, and the socket stays open', () => {
  it.each([
    ['no JSON', 'hello', 'invalid_json'],
    ['half an object', '{"message": "x', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['a byte order mark alone', '\ufeff', 'invalid_json'],
    ['blanks', '   ', 'invalid_json'],
    ['a list', '[]', 'not_an_object'],
    ['a list of messages', '[{"message": "x"}]', 'not_an_object'],
    ['a string', '"message"', 'not_an_object'],
    ['a number', '7', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['true', 'true', 'not_an_object'],
    ['no message', {}, 'message_missing'],
    ['another field', { text: 'x' }, 'message_missing'],
    ['an empty message', { message: '' }, 'message_blank'],
    ['a blank message', { message: ' \t\n\u00a0\u2003' }, 'message_blank'],
    ['a message that nobody sees', { message: '\u200b\u2060\u3164\ufe0f\u2800' }, 'message_blank'],
    ['a message that is null', { message: null }, 'message_invalid'],
    ['a message that is a number', { message: 7 }, 'message_invalid'],
    ['a message that is a boolean', { message: false }, 'message_invalid'],
    ['a message that is a list', { message: ['x'] }, 'message_invalid'],
    ['a message that is an object', { message: { toString: 'x' } }, 'message_invalid'],
    ['a NUL in the message', { message: 'a\u0000b' }, 'message_invalid'],
    ['a lone high surrogate', '{"message": "a\\ud800b"}', 'message_invalid'],
    ['a lone low surrogate', '{"message": "\\udc00"}', 'message_invalid'],
    ['surrogates in the wrong order', '{"message": "\\udc00\\ud800"}', 'message_invalid'],
    ['4,001 characters', { message: 'x'.repeat(4001) }, 'message_too_long'],
    ['4,001 characters of three bytes', { message: '名'.repeat(4001) }, 'message_too_long'],
    ['30,000 characters', { message: 'x'.repeat(30_000) }, 'message_too_long'],
    ['a message only in the prototype', '{"__proto__": {"message": "x"}}', 'message_missing'],
    ['JSON that nests 10,000 deep', '['.repeat(10_000), 'invalid_json'],
  ])('%s', async (_what, frame, code) => {
    expect(await outcomeOf(frame)).toEqual(error(code));
  });

  it('7,000 lists in lists', async () => {
    const answer = await outcomeOf(`{"message": ${'['.repeat(7000)}${']'.repeat(7000)}}`);
    expect(['message_invalid', 'invalid_json']).toContain(answer.code);
  });

  it.each([
    ['ref', 7, 'ref_invalid'],
    ['ref', {}, 'ref_invalid'],
    ['ref', 'x'.repeat(65), 'ref_invalid'],
    ['client_id', 7, 'client_id_invalid'],
    ['client_id', 'not-a-uuid', 'client_id_invalid'],
    ['client_id', '', 'client_id_invalid'],
    ['after', -1, 'after_invalid'],
    ['after', 1.5, 'after_invalid'],
    ['after', '1', 'after_invalid'],
    ['after', 1_000_000, 'after_invalid'],
    ['after', 1e300, 'after_invalid'],
  ])('%s: %j', async (field, value, code) => {
    expect(await outcomeOf({ message: 'x', [field]: value })).toEqual(error(code));
  });

  it('except a byte order mark before a good frame, and a reference of 64 characters of two units', async () => {
    const ref = '🦀'.repeat(64);
    sender.send(`\ufeff${JSON.stringify({ message: 'with a mark', ref })}`);
    expect(await sender.next()).toMatchObject({ type: 'chat.message', message: 'with a mark', ref });
  });

  it('with the reference of the client, if it had one', async () => {
    expect(await outcomeOf({ message: '', ref: 'r-7' })).toEqual({ ...error('message_blank'), ref: 'r-7' });
    expect(sender.isOpen).toBe(true);
  });

  it('a message of 100 KB in frames of 30 KB', async () => {
    const before = await count();
    sender.sendInParts(JSON.stringify({ message: 'x'.repeat(100_000) }), 30_000);
    expect(await sender.next()).toEqual(error('message_too_long'));
    expect(await count()).toBe(before);
  });

  it('many of them, one after the other', async () => {
    for (let turn = 0; turn < 30; turn += 1) sender.send('{');
    expect(await sender.collect(30)).toEqual(Array.from({ length: 30 }, () => error('invalid_json')));
    expect(await sender.say('still open')).toMatchObject({ type: 'chat.message' });
  });
});

describe('a frame over API Gateway’s limits closes the socket with 1009, and nothing is stored', () => {
  it('a frame of 33 KB', async () => {
    const before = await count();
    sender.send({ message: 'x'.repeat(33 * 1024) });
    expect((await sender.closed).code).toBe(1009);
    expect(await count()).toBe(before);
    expect(peer.frames).toEqual([]);
  });

  it('a message of 200 KB, in frames of 30 KB', async () => {
    const before = await count();
    sender.sendInParts(JSON.stringify({ message: 'x'.repeat(200 * 1024) }), 30_000);
    expect((await sender.closed).code).toBe(1009);
    expect(await count()).toBe(before);
  });

  it('only the sender’s socket: the peer’s stays open', async () => {
    sender.send('x'.repeat(33 * 1024));
    await sender.closed;
    expect(await peer.say('I am still here')).toMatchObject({ type: 'chat.message' });
  });
});

describe('a binary frame closes the socket with 1003, and nothing is stored', () => {
  it.each([
    ['bytes that are no text', new Uint8Array([1, 2, 3, 255])],
    ['a good message', new TextEncoder().encode('{"message": "x"}')],
  ])('%s', async (_what, frame) => {
    const before = await count();
    sender.send(frame);
    expect((await sender.closed).code).toBe(1003);
    expect(sender.frames).toEqual([]);
    expect(await count()).toBe(before);
    expect(await peer.say('I am still here')).toMatchObject({ type: 'chat.message' });
  });
});
