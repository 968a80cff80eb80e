import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { EXCHANGES } from '../contract/sockets.ts';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { sendMessage } from './support/messages.ts';
import { type Person, people, person } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

// `SEED=… FUZZ_FACTOR=10 npx vitest run test/e2e/arbitrary-input.test.ts` tries other inputs, for longer.
const factor = Number(process.env.FUZZ_FACTOR ?? 1);
const runs = (numRuns: number) => ({ numRuns: numRuns * factor, endOnFailure: true });

const ACTIONS = EXCHANGES.flatMap(({ action }) => action ?? []);

let ada: Person;
let charles: Person;
beforeAll(async () => {
  [ada, charles] = await people(api, 2);
});
afterEach(closeSockets);

/** Any characters, and halves of surrogate pairs: JSON can write them, UTF-8 cannot. */
const unit = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff'),
);
const text = fc.string({ unit, maxLength: 300 });
const json = fc.jsonValue({ depthSize: 'medium', stringUnit: unit });
/** Parts of a URL: any bytes, UTF-8 or not, and invalid escapes. */
const encoded = fc
  .array(
    fc.oneof(
      fc.nat(255).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
      fc.constantFrom('%', '%F', '%zz', 'a', '1'),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));
/** Objects with known field names and any values. */
const likely = (names: string[]) =>
  fc.dictionary(fc.oneof(fc.constantFrom(...names), text), fc.oneof(json, text), { maxKeys: 8 });

describe('for any input of a client', () => {
  it(
    'no body causes a 5xx or an undescribed answer',
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
    'no query causes a 5xx or an undescribed answer',
    async () => {
      const values = fc.oneof(
        fc
          .oneof(text, fc.integer().map(String), fc.double().map(String))
          .map((value) => encodeURIComponent(value.toWellFormed())),
        encoded,
      );
      const names = fc.constantFrom('limit', 'offset', 'cursor', 'search', 'before', 'after', 'around', 'x');
      const conversation = conversationOf(ada, await person(api));
      await sendMessage(api, ada, conversation, 'There is one.');
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(
            '/users/',
            '/users/me/export/',
            `/chat/history/${charles.id}/`,
            '/conversations/',
            `/conversations/${conversation}/messages/`,
          ),
          names,
          values,
          async (path, name, value) => {
            const { status } = await api.get(`${path}?${name}=${value}`, { token: ada.access });
            expect([200, 400]).toContain(status);
          },
        ),
        runs(100),
      );
    },
    60_000 * factor,
  );

  it(
    'no id causes a 5xx or an undescribed answer',
    async () => {
      // A client removes dot segments from a URL before it sends it (WHATWG URL), so they make another path, as `me`
      // does.
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
    'no path and no handshake causes a 5xx, whatever its bytes',
    async () => {
      const paths = fc.constantFrom(
        '/chat/history/a*/',
        '/users/a*/',
        '/conversations/a*/',
        '/conversations/a*/messages/',
      );
      await fc.assert(
        fc.asyncProperty(paths, encoded, async (path, id) => {
          const { status } = await api.get(
            path.replace('*', () => id),
            { token: ada.access },
          );
          expect([400, 404]).toContain(status);
          const opening = { token: ada.access, path: `/ws?user_id=a${id}` };
          expect([400, 403]).toContain(await refusal(url, opening));
        }),
        runs(50),
      );
    },
    60_000 * factor,
  );

  it(
    'no text frame closes the socket: each gets a message or an error as its answer',
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
    "no frame closes a device's socket: each gets an answer, and only a message reaches others",
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
