import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Frame } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
beforeAll(async () => {
  [ada, charles, eve] = await people(api, 3);
});
afterEach(closeSockets);

const open = (of: Person, withPerson: Person) => connect(url, { token: of.access, peer: withPerson.id });
const history = async (of: Person, withPerson: Person, query = '?limit=100') =>
  (await api.get(`/chat/history/${withPerson.id}/${query}`, { token: of.access })).body;
const message = (text: string) => (frame: Frame) => frame.message === text;

describe('a message', () => {
  it('reaches every socket of both members in that conversation, and comes back to its sender', async () => {
    const sender = await open(ada, charles);
    const [otherDevice, peer, peersOther] = await Promise.all([
      open(ada, charles),
      open(charles, ada),
      open(charles, ada),
    ]);
    sender.send({ message: 'Hello' });
    const expected = {
      type: 'chat.message',
      message: 'Hello',
      sender: ada.username,
      sender_id: ada.id,
      id: expect.any(String),
      conversation: expect.any(String),
      seq: expect.any(Number),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      read: expect.any(Number),
    };
    const echo = await sender.next();
    expect(echo).toEqual(expected);
    for (const socket of [otherDevice, peer, peersOther]) expect(await socket.next()).toEqual(echo);
  });

  it('is stored before anybody sees it', async () => {
    const [sender, peer] = await Promise.all([open(ada, charles), open(charles, ada)]);
    sender.send({ message: 'stored first' });
    const { id } = await peer.next(message('stored first'));
    const { results } = await history(charles, ada, '?limit=1');
    expect(results[0]).toMatchObject({ id, message: 'stored first', sender: { id: ada.id } });
  });

  it('waits in the history for a peer who is offline', async () => {
    const { seq } = await (await open(ada, eve)).say('are you there?');
    expect((await history(eve, ada)).results[0]).toMatchObject({ seq, message: 'are you there?' });
  });

  it('stays within its conversation', async () => {
    const [toCharles, eveToAda, charlesToEve, peer] = await Promise.all([
      open(ada, charles),
      open(eve, ada),
      open(charles, eve),
      open(charles, ada),
    ]);
    await toCharles.say('between us');
    await peer.next(message('between us'));
    // A message that went to the wrong socket would have come before these.
    await Promise.all([eveToAda.say('first for Eve'), charlesToEve.say('first for Charles')]);
    expect(eveToAda.frames.map((frame) => frame.message)).toEqual(['first for Eve']);
    expect(charlesToEve.frames.map((frame) => frame.message)).toEqual(['first for Charles']);
  });

  it('reaches a socket that was opened later, and no socket that has closed', async () => {
    const [sender, gone] = await Promise.all([open(ada, charles), open(charles, ada)]);
    await gone.close();
    const later = await open(charles, ada);
    expect(await sender.say('still there?')).toMatchObject({ type: 'chat.message' });
    expect(await later.next()).toMatchObject({ message: 'still there?' });
  });

  it('keeps every character', async () => {
    const [sender, peer] = await Promise.all([open(ada, charles), open(charles, ada)]);
    for (const text of [
      '  blanks around  ',
      'línea\nnueva\ttab',
      '👩‍👩‍👧‍👦 🏳️‍🌈',
      'שלום عليكم',
      '"\\/<script>&amp;',
      'e\u0301',
      'line\u2028separator\u2029s',
      '__proto__',
      '𝒳',
    ]) {
      await sender.say(text);
      expect((await peer.next()).message).toBe(text);
      expect((await history(charles, ada, '?limit=1')).results[0].message).toBe(text);
    }
  });

  it.each([
    ['4,000 letters', 'x'.repeat(4000)],
    ['4,000 letters of three bytes', '名'.repeat(4000)],
    ['4,000 characters outside the first plane', '𝒳'.repeat(4000)],
  ])('may have %s', async (_what, text) => {
    const [sender, peer] = await Promise.all([open(ada, charles), open(charles, ada)]);
    expect(await sender.say(text)).toMatchObject({ type: 'chat.message' });
    expect((await peer.next()).message).toBe(text);
  });

  it('may come in several frames', async () => {
    const [sender, peer] = await Promise.all([open(ada, charles), open(charles, ada)]);
    sender.sendInParts(JSON.stringify({ message: 'in several frames' }), 7);
    expect(await sender.next()).toMatchObject({ type: 'chat.message', message: 'in several frames' });
    expect(await peer.next()).toMatchObject({ message: 'in several frames' });
  });
});

describe('a client', () => {
  it('gets its `ref` and `client_id` back, and the other member sees neither', async () => {
    const [sender, peer] = await Promise.all([open(ada, charles), open(charles, ada)]);
    const client_id = crypto.randomUUID();
    sender.send({ message: 'with a reference', ref: 'r-1', client_id });
    expect(await sender.next()).toMatchObject({ message: 'with a reference', ref: 'r-1', client_id });
    const told = await peer.next();
    expect(told).not.toHaveProperty('ref');
    expect(told).not.toHaveProperty('client_id');
  });

  it('cannot choose the sender, the time or the recipient of a message', async () => {
    const [sender, peer, other] = await Promise.all([open(ada, charles), open(charles, ada), open(eve, ada)]);
    sender.send({
      message: 'it is me',
      type: 'error',
      sender: 'admin',
      sender_id: eve.id,
      user_id: eve.id,
      conversation: 'x',
      id: 'x',
      seq: 1_000_000,
      created_at: '1970-01-01T00:00:00.000Z',
    });
    const echo = await sender.next();
    expect(echo).toMatchObject({
      type: 'chat.message',
      message: 'it is me',
      sender: ada.username,
      sender_id: ada.id,
    });
    expect(echo.id).not.toBe('x');
    expect(echo.seq).toBeLessThan(1_000_000);
    expect(echo.created_at).not.toMatch(/^1970/);
    expect(await peer.next()).toEqual(echo);
    await other.say('nothing came here');
    expect(other.frames).toHaveLength(1);
  });

  it('may send an unknown `action`: it has no effect', async () => {
    const sender = await open(ada, charles);
    sender.send({ action: 'sendmessage', message: 'with an action' });
    expect(await sender.next()).toMatchObject({ type: 'chat.message', message: 'with an action' });
  });

  it('may send the same message again after a failure: it is stored once', async () => {
    const [sender, peer] = await Promise.all([open(ada, charles), open(charles, ada)]);
    const { seq: after } = await sender.say('the last I know');
    const client_id = crypto.randomUUID();
    const first = await sender.say('once', { client_id, after });
    await peer.next(message('once'));
    await (await open(charles, ada)).say('something in between');
    const again = await (await open(ada, charles)).say('once', { client_id, after });
    expect(again).toMatchObject({ id: first.id, seq: first.seq, created_at: first.created_at });
    const stored = (await history(ada, charles)).results.filter(
      (one: { message: string }) => one.message === 'once',
    );
    expect(stored).toHaveLength(1);
  });

  it('may try three times at once: it is stored once', async () => {
    const sockets = await Promise.all([open(ada, charles), open(ada, charles), open(ada, charles)] as const);
    const { seq: after } = (await sockets[0].say('before the race')) as { seq: number };
    const client_id = crypto.randomUUID();
    const echoes = await Promise.all(sockets.map((socket) => socket.say('raced', { client_id, after })));
    expect(new Set(echoes.map(({ seq }) => seq))).toEqual(new Set([after + 1]));
    expect((await history(ada, charles, '?limit=1')).results[0]).toMatchObject({
      seq: after + 1,
      message: 'raced',
    });
  });

  it('may not use one `client_id` for two messages', async () => {
    const sender = await open(ada, charles);
    const { seq: after } = await sender.say('the last I know');
    const client_id = crypto.randomUUID();
    await sender.say('one', { client_id, after });
    expect(await sender.say('two', { client_id, after })).toMatchObject({
      type: 'error',
      code: 'client_id_conflict',
    });
    expect((await history(ada, charles, '?limit=1')).results[0].message).toBe('one');
  });

  it('may use the same `client_id` as the peer: these are two messages', async () => {
    const [hers, his] = await Promise.all([open(ada, charles), open(charles, ada)]);
    const client_id = crypto.randomUUID();
    const { seq } = (await hers.say('mine', { client_id })) as { seq: number };
    expect(await his.say('mine as well', { client_id })).toMatchObject({
      type: 'chat.message',
      seq: seq + 1,
    });
  });
});
