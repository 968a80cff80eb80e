import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

// A failure prints its seed: `FUZZ_SEED=… npx vitest run test/e2e/arbitrary-input.test.ts` repeats it; FUZZ_FACTOR=10 tries longer.
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const factor = Number(process.env.FUZZ_FACTOR ?? 1);
const runs = (numRuns: number) => ({ seed, numRuns: numRuns * factor, endOnFailure: true });

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
      const names = fc.constantFrom('limit', 'offset', 'cursor', 'x');
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('/users/', `/chat/history/${charles.id}/`),
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
    'no user id makes a 5xx, or an answer that is not described',
    async () => {
      // A URL loses its dot segments before it is sent (WHATWG URL): with them it is another path.
      const ids = fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
        .filter((id) => id !== '.' && id !== '..');
      await fc.assert(
        fc.asyncProperty(ids, async (id) => {
          const { status } = await api.get(`/chat/history/${encodeURIComponent(id)}/`, { token: ada.access });
          expect(status).toBe(404);
        }),
        runs(60),
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
});
