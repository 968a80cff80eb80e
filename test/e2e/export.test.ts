import { beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf } from './support/devices.ts';
import { postMessage } from './support/messages.ts';
import { logIn, type Person, people } from './support/people.ts';
import { type Reply, rest } from './support/rest.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let grace: Person;
beforeEach(async () => {
  [ada, charles, grace] = await people(api, 3);
});

// biome-ignore lint/suspicious/noExplicitAny: openapi.yaml validates each line.
type Line = any;

const PATH = '/users/me/export/';

const page = (who: Pick<Person, 'access'>, query = ''): Promise<Reply> =>
  api.get(PATH + query, { token: who.access });

/** A page with one line is parsed as JSON already. */
const linesOf = ({ body }: Reply): Line[] =>
  String(body)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const nextOf = ({ headers }: Reply): string | undefined => {
  const link = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  return link && new URL(link).search;
};

/** The pages of an export. */
async function pagesOf(who: Pick<Person, 'access'>): Promise<Reply[]> {
  const pages = [await page(who)];
  for (let next = nextOf(pages[0] as Reply); next; next = nextOf(pages.at(-1) as Reply)) {
    pages.push(await page(who, next));
  }
  for (const { status } of pages) expect(status).toBe(200);
  return pages;
}

const exportOf = async (who: Pick<Person, 'access'>): Promise<Line[]> =>
  (await pagesOf(who)).flatMap(linesOf);

/** The inbox, which an export follows, is a second behind the log. */
const withConversations = (who: Person, count: number): Promise<Line[]> =>
  expect
    .poll(async () => (await exportOf(who)).filter(({ type }) => type === 'conversation').length, {
      timeout: 20_000,
    })
    .toBe(count)
    .then(() => exportOf(who));

const say = async (from: Person, to: Person, text: string) => {
  const { status, body } = await postMessage(api, from, conversationOf(from, to), { text });
  expect(status).toBe(201);
  return body as Line;
};

/** Fills more than half a page, and returns the ids of the messages. */
async function fill(one: Person, other: Person): Promise<string[]> {
  const ids: string[] = [];
  for (const { access: token } of [one, other, one, other, one, other]) {
    const messages = Array.from({ length: 6 }, () => ({
      client_id: crypto.randomUUID(),
      text: 'x'.repeat(3_900),
    }));
    const path = `/conversations/${conversationOf(one, other)}/messages/`;
    const { body } = await api.post(path, { messages }, { token });
    expect(body.results).toHaveLength(6);
    for (const { id } of body.results) ids.push(id);
  }
  return ids;
}

describe('the export of one’s own data', () => {
  it('is profile, sessions, and every conversation with what both have said, and ends with a line that says so', async () => {
    await logIn(api, ada);
    const said = [await say(charles, ada, 'Good evening'), await say(ada, charles, 'Good 😀\nevening')];
    const alone = [await say(ada, grace, 'Hello?')];
    await say(charles, grace, 'Not for Ada');
    const lines = await withConversations(ada, 2);
    const of = (type: string) => lines.filter((line) => line.type === type);
    expect(lines[0]).toMatchObject({ type: 'export', user_id: ada.id });
    expect(lines.at(-1)).toEqual({ type: 'end' });
    expect(of('profile')).toMatchObject([{ id: ada.id, email: ada.email, staff: false, issuer: null }]);
    expect(of('session')).toHaveLength(2);
    expect(of('session').filter(({ current }) => current)).toHaveLength(1);
    const peers = of('conversation').map(({ id, peer }) => [id, peer.username]);
    expect(peers.toSorted()).toEqual(
      [charles, grace].map((peer) => [conversationOf(ada, peer), peer.username]).toSorted(),
    );
    const messages = [...said, ...alone].map(({ id, message, seq }) => [id, message, seq]);
    expect(
      of('message')
        .map(({ id, message, seq }) => [id, message, seq])
        .toSorted(),
    ).toEqual(messages.toSorted());
    const [own] = of('message').filter(({ message }) => message === 'Hello?');
    expect(own.client_id).toBe(alone[0].client_id);
    expect(of('message').find(({ sender_id }) => sender_id === charles.id)).not.toHaveProperty('client_id');
  });

  it('says nothing of passwords and tokens', async () => {
    const [{ body }] = (await pagesOf(ada)) as [Reply];
    for (const secret of [ada.password, ada.access, ...ada.refresh.split('.').slice(2)])
      expect(body).not.toContain(secret);
    expect(body).not.toMatch(/hash|salt/i);
  });

  it('comes by pages, which have each message once and are the same when they are asked for again', async () => {
    const sent = [...(await fill(ada, charles)), ...(await fill(ada, grace))];
    await withConversations(ada, 2);
    const pages = await pagesOf(ada);
    expect(pages.length).toBeGreaterThan(1);
    const messages = pages.flatMap(linesOf).filter(({ type }) => type === 'message');
    expect(messages.map(({ id }) => id).toSorted()).toEqual(sent.toSorted());
    for (const of of Map.groupBy(messages, ({ conversation }) => conversation).values())
      expect(of.map(({ seq }) => seq)).toEqual(of.map((_, i) => i + 1));
    await say(charles, ada, 'later');
    const again = await page(ada, nextOf(pages[0] as Reply));
    expect(again.body).toBe(pages[1]?.body);
    expect(nextOf(again)).toBe(nextOf(pages[1] as Reply));
  });

  it('has what the user has reported, and not what others have', async () => {
    const { seq } = await say(charles, ada, 'Buy this.');
    const conversation = conversationOf(ada, charles);
    const message = { conversation, seq };
    const report = async (by: Person, body: object) =>
      (await api.post('/reports/', body, { token: by.access })).body.id as string;
    const ids = [
      await report(ada, { user: charles.id, message, reason: 'spam' }),
      await report(ada, { user: grace.id, reason: 'other', text: 'Never answers.' }),
    ];
    await report(charles, { user: ada.id, reason: 'harassment' });
    const told = (await exportOf(ada)).filter(({ type }) => type === 'report');
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(
      expect.objectContaining({ id: ids[0], user: charles.id, message, reason: 'spam', text: null }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({ id: ids[1], user: grace.id, message: null, text: 'Never answers.' }),
    );
  });

  it('lets nobody else follow its links', async () => {
    await fill(ada, charles);
    await fill(ada, grace);
    await withConversations(ada, 2);
    const next = nextOf(await page(ada)) as string;
    expect(next).toBeDefined();
    for (const other of [charles, grace])
      expect(await page(other, next)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: { cursor: [expect.any(String)] } },
      });
  });

  it.each(['x', '%00', '=', `${'A'.repeat(4_000)}`, '%F0%9F%A6%80'])(
    'refuses the cursor %j',
    async (cursor) => {
      expect(await page(ada, `?cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed' },
      });
    },
  );

  it('still has what a deleted peer wrote, and no longer their name', async () => {
    await say(charles, ada, 'The last letter');
    await withConversations(ada, 1);
    const gone = await api.send(
      'DELETE',
      '/users/me/',
      { password: charles.password },
      { token: charles.access },
    );
    expect(gone.status).toBe(204);
    const lines = await exportOf(ada);
    expect(lines.find(({ type }) => type === 'conversation').peer).toEqual({
      ...{ id: charles.id, username: 'Deleted account', deleted: true },
    });
    expect(lines.find(({ type }) => type === 'message').message).toBe('The last letter');
    expect(JSON.stringify(lines)).not.toContain(charles.username);
  });
});
