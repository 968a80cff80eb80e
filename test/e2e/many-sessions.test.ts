import { beforeAll, describe, expect, it } from 'vitest';
import type { UserSession } from '../../client/contract/http-types.ts';
import { MAX_SESSIONS } from '../../functions/core/sessions/own-sessions.ts';
import { sessionKey } from '../../functions/storage/keys.ts';
import { storeAll } from '../support/runtime-table.ts';
import { SETTINGS } from '../systems.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Person, person, type Session } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';

const DAY_MS = 86_400_000;

describe.skipIf(notOurs)('an account with many sessions', () => {
  const runtime = ownRuntime({ context: SETTINGS.unlimited });
  let api: Rest;
  let charles: Person;
  beforeAll(async () => {
    api = rest(runtime().url);
    charles = await person(api);
  });
  /** Has so many sessions more, older than its own. */
  async function personWith(sessions: number): Promise<Person> {
    const ada = await person(api);
    await store(ada.id, sessions);
    return ada;
  }

  async function store(userId: string, count: number): Promise<void> {
    const items = Array.from({ length: count }, (_, n) => {
      const id = crypto.randomUUID();
      const createdAt = new Date(Date.now() - DAY_MS / 2 - n * 1000).toISOString();
      const [familyHash, rotationHash, salt] = ['f', 'r', 's'].map((one) => one.repeat(43));
      const hashes = { familyHash, rotationHash, replacedHash: rotationHash, salt, rotatedAt: createdAt };
      const device = `${n} ${'x'.repeat(250)}`;
      const ttl = Math.floor((Date.now() + DAY_MS) / 1000);
      const session = { id, userId, createdAt, device, address: '192.0.2.1', ttl };
      return { ...sessionKey(userId, id), ...session, ...hashes };
    });
    await storeAll(runtime(), items);
  }

  const list = async ({ access: token }: Session): Promise<UserSession[]> => {
    const { status, body } = await api.get('/users/me/sessions/', { token });
    expect(status).toBe(200);
    return body.results;
  };
  const isLive = async ({ access: token }: Session) =>
    (await api.get('/users/me/', { token })).status === 200;

  it('lists them all, the newest first', async () => {
    const all = await list(await personWith(999));
    expect(all).toHaveLength(1_000);
    const times = all.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted().reverse());
    expect(all[0]).toMatchObject({ current: true });
  });

  it('gets 25 less of them with each further log-in, the oldest ones', async () => {
    const ada = await personWith(999);
    const before = await list(ada);
    const phone = await logIn(api, ada);
    const after = await list(phone);
    expect(after.slice(2).map(({ id }) => id)).toEqual(before.slice(1, -25).map(({ id }) => id));
    expect(await Promise.all([ada, phone, charles].map(isLive))).toEqual([true, true, true]);
  });

  it('loses all others by one request', async () => {
    const ada = await personWith(999);
    const reply = await api.request('DELETE', '/users/me/sessions/', { token: ada.access });
    expect(reply).toMatchObject({ status: 204 });
    expect(await list(ada)).toMatchObject([{ current: true }]);
    expect(await list(charles)).toHaveLength(1);
  });

  it(`has ${MAX_SESSIONS} at most after ten log-ins at once, and each of these lives`, async () => {
    const ada = await personWith(MAX_SESSIONS - 1);
    const devices = await Promise.all(Array.from({ length: 10 }, () => logIn(api, ada)));
    expect(await list(ada)).toHaveLength(MAX_SESSIONS);
    expect(await Promise.all([ada, ...devices].map(isLive))).toEqual(Array(11).fill(true));
  });
});
