import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { EXCHANGES } from '../contract/sockets.ts';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { sendMessage } from './support/messages.ts';
import { type Person, people, person } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

// A failure prints its seed: `FUZZ_SEED=… npx vitest run test/e2e/arbitrary-input.test.ts` repeats it; FUZZ_FACTOR=10 tries longer.
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const factor = Number(process.env.FUZZ_FACTOR ?? 1);
const runs = (numRuns: number) => ({ seed, numRuns: numRuns * factor, endOnFailure: true });

const ACTIONS = EXCHANGES.flatMap(({ action }) => action ?? []);

let ada: Person;
let charles: Person;
beforeAll(async () => {
  [ada, charles] = await people(api, 2);
});
afterEach(closeSockets);

const text = fc.string({ unit: 'binary', maxLength: 300 });
const json = fc.jsonValue({ depthSize: 'medium', stringUnit: 'binary' });
/** Objects whose names are the ones that are read, with any values. */
const likely = (names: string[]) =>
  fc.dictionary(fc.oneof(fc.constantFrom(...names), text), fc.oneof(json, text), { maxKeys: 8 });

describe(`whatever a client sends (seed ${seed})`, () => {
  it(
    'no body makes a 5xx, or an answer that is not described',
    async () => {
      const paths = fc.constantFrom(
        '/users/register/',
        '/users/token/',
        '/users/token/refresh/',
        '/users/logout/',
        `/conversations/${conversationOf(ada, charles)}/messages/`,
      );
      const fields = [
        'email',
        'username',
        'first_name',
        'last_name',
        'password',
        'password2',
        'refresh',
        'refresh_token',
        'text',
        'after',
      ];
      const bodies = fc.oneof(
        json.map((value) => JSON.stringify(value)),
        likely(fields).map((value) => JSON.stringify(value)),
        text,
      );
      await fc.assert(
        fc.asyncProperty(paths, bodies, async (path, body) => {
          const { status } = await api.post(path, body, { token: ada.access });
          expect([400, 401, 413, 429]).toContain(status);
        }),
        runs(150),
      );
    },
    60_000 * factor,
  );

  it(
    'no query makes a 5xx, or an answer that is not described',
    async () => {
      const values = fc.oneof(text, fc.integer().map(String), fc.double().map(String));
      const names = fc.constantFrom('limit', 'offset', 'cursor', 'search', 'before', 'after', 'around', 'x');
      const conversation = conversationOf(ada, await person(api));
      await sendMessage(api, ada, conversation, 'There is one.');
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(
            '/users/',
            `/chat/history/${charles.id}/`,
            '/conversations/',
            `/conversations/${conversation}/messages/`,
          ),
          names,
          values,
          async (path, name, value) => {
            const query = new URLSearchParams([[name, value]]);
            expect([200, 400]).toContain((await api.get(`${path}?${query}`, { token: ada.access })).status);
          },
        ),
        runs(100),
      );
    },
    60_000 * factor,
  );

  it(
    'no id makes a 5xx, or an answer that is not described',
    async () => {
      // A URL loses its dot segments before it is sent (WHATWG URL): with them it is another path, as `me` is.
      const ids = fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
        .filter((id) => !/^[a-z.]+$/.test(id));
      const paths = fc.constantFrom(
        '/chat/history/*/',
        '/users/*/',
        '/conversations/*/',
        '/conversations/*/messages/',
      );
      await fc.assert(
        fc.asyncProperty(paths, ids, async (path, id) => {
          const at = path.replace('*', () => encodeURIComponent(id));
          expect((await api.get(at, { token: ada.access })).status).toBe(404);
        }),
        runs(100),
      );
    },
    60_000 * factor,
  );

  it(
    'no frame closes the socket: each is answered, by a message or an error',
    async () => {
      const [hers, his]: [Socket, Socket] = await Promise.all([
        connect(url, { token: ada.access, peer: charles.id }),
        connect(url, { token: charles.access, peer: ada.id }),
      ]);
      const names = ['message', 'ref', 'client_id', 'after', 'type', 'action', 'sender'];
      const frames = fc.oneof(
        json.map((value) => JSON.stringify(value)),
        likely(names).map((value) => JSON.stringify(value)),
        text,
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
      );
      let stored = 0;
      await fc.assert(
        fc.asyncProperty(frames, async (frame) => {
          hers.send(frame);
          const answer = await hers.next();
          expect(['chat.message', 'error']).toContain(answer.type);
          if (answer.type === 'error') expect(answer.code).not.toMatch(/^(internal|busy)$/);
          else stored += 1;
        }),
        runs(250),
      );
      expect(await hers.say('after all that')).toMatchObject({ type: 'chat.message', seq: stored + 1 });
      await his.next((frame) => frame.seq === stored + 1);
      expect(his.frames).toHaveLength(stored + 1);
    },
    60_000 * factor,
  );

  it(
    "no frame closes a device's socket: each is answered, and nobody hears of it but by a message",
    async () => {
      const [phone, his] = await Promise.all([device(url, ada), device(url, charles)]);
      const conversation = conversationOf(ada, charles);
      const ids = fc.constantFrom(conversation, ada.id, charles.id, crypto.randomUUID());
      const value = fc.oneof(json, text, ids, fc.integer(), fc.dictionary(fc.oneof(ids, text), json));
      const names = [
        'to',
        'conversation',
        'text',
        'client_id',
        'after',
        'seq',
        'conversations',
        'since',
        'users',
      ];
      const acting = fc
        .tuple(fc.constantFrom(...ACTIONS, 'toString'), likely(names), value, value)
        .map(([action, fields, one, other]) =>
          JSON.stringify({ conversation: one, seq: other, ...fields, action }),
        );
      const frames = fc.oneof(
        acting,
        json.map((one) => JSON.stringify(one)),
        text,
      );
      await fc.assert(
        fc.asyncProperty(frames, async (frame) => {
          phone.send(frame);
          const answer = await phone.next();
          if (answer.type === 'error') expect(answer.code).not.toMatch(/^(internal|busy|unavailable)$/);
          else expect(answer.type).not.toBe('message.sent');
        }),
        runs(250),
      );
      expect(await phone.ask(messageTo(charles, 'after all that'))).toMatchObject({ type: 'message.sent' });
      const heard = await his.next(({ type }) => type === 'chat.message');
      expect(heard).toMatchObject({ message: 'after all that' });
    },
    60_000 * factor,
  );
});
