import { afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { OPERATIONS } from '../contract/document.ts';
import { conversationOf } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal } from './support/socket.ts';

const httpApiUrl = inject('httpApiUrl');
const webSocketUrl = inject('webSocketUrl');

describe.skipIf(!httpApiUrl || !webSocketUrl)(
  'the two API Gateway APIs, without the distribution in front',
  () => {
    const api = rest(httpApiUrl, { redirect: 'follow' });
    let ada: Person;
    let charles: Person;
    beforeAll(async () => {
      [ada, charles] = await people(api, 2);
    });
    afterEach(closeSockets);

    const open = (of: Person, withPerson: Person) =>
      connect(webSocketUrl, { path: `?user_id=${withPerson.id}`, token: of.access, carry: 'subprotocol' });

    it('carry a conversation', async () => {
      const [hers, his] = await Promise.all([open(ada, charles), open(charles, ada)]);
      expect(hers.protocol).toBe('parley');
      await hers.say('without a distribution');
      expect(await his.next()).toMatchObject({ message: 'without a distribution', sender: ada.username });
    });

    // With the slash, API Gateway may select another function, which redirects to the path without it (308).
    it.each(
      OPERATIONS.filter(({ path }) => !/jwks\.json$|\{asset\}$/.test(path)).map(({ method, path }) => [
        method,
        path,
      ]),
    )('answer to %s %s/ as without the slash', async (method, path) => {
      const at = path
        .replace('{user_id}', charles.id)
        .replace('{conversation}', conversationOf(ada, charles));
      // No operation accepts this body, so the same request twice has the same answer twice.
      const send = (to: string) =>
        api.send(method, to, method === 'GET' ? undefined : { first_name: 7 }, { token: ada.access });
      // An export says when it was made. Other tests register users meanwhile. The search finds one user, whoever else is there, and only its count changes.
      const query = `?limit=1&search=${ada.username}`;
      // Charles may go offline between the two, because the sockets of the test before close.
      await vi.waitFor(async () => {
        const [without, slash] = await Promise.all([send(at + query), send(`${at}/${query}`)]);
        expect(slash.status).toBe(without.status);
        expect(timeless(slash.body)).toEqual(timeless(without.body));
      }, 10_000);
      expect((await api.send(method, `${at}/`)).status).toBe((await api.send(method, at)).status);
    });

    const timeless = (body: unknown) =>
      typeof body === 'string' ? body.replace(/"created_at":"[^"]*"/, '') : { ...(body as object), count: 0 };

    it.each(['/users', '/users/'])('answer at %s, with links to themselves', async (path) => {
      const { status, body } = await api.get(`${path}?limit=1`, { token: ada.access });
      expect(status).toBe(200);
      expect(body.next).toMatch(`${httpApiUrl}/users/?`);
    });

    it('answer 404 and 405 as problem details', async () => {
      expect(await api.get('/elsewhere')).toMatchObject({ status: 404, body: { code: 'not_found' } });
      expect(await api.request('PUT', '/users/')).toMatchObject({ status: 405 });
    });

    it('have no path below the stage', async () => {
      expect(await refusal(webSocketUrl, { path: `/chat/${charles.id}/`, token: ada.access })).toBe(403);
    });
  },
);
