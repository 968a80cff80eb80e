import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { OPERATIONS } from '../contract/document.ts';
import { ANSWER_HEADERS } from '../support/answer-headers.ts';
import { tokenFor } from '../support/mailbox.ts';
import { makeStaff } from '../support/staff.ts';
import { conversationOf } from './support/devices.ts';
import { createGroup } from './support/groups.ts';
import { createInvitation } from './support/invitations.ts';
import { sendMessage } from './support/messages.ts';
import { logIn, type Person, people, person, registration } from './support/people.ts';
import { rest } from './support/rest.ts';

const site = inject('parleyUrl');
const httpApi = inject('httpApiUrl');
const folder = inject('mailFolder');
const table = inject('table');
const api = rest(site);

interface Answer {
  readonly status: number;
  /** Every value of each header. `fetch` would join them. */
  readonly headers: NodeJS.Dict<string[]>;
  readonly body: string;
}

interface Sent {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function send(url: string, method: string, { token, body, headers }: Sent = {}): Promise<Answer> {
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const all = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(content !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(content)),
    }),
    ...headers,
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const start = url.startsWith('https:') ? httpsRequest : httpRequest;
    start(url, { method, headers: all }, resolve).on('error', reject).end(content);
  });
  return { status: response.statusCode ?? 0, headers: response.headersDistinct, body: await text(response) };
}

const NOBODY = '00000000-0000-4000-8000-000000000000';

let ada: Person;
let charles: Person;
let staff: Person;
let conversation: string;
/** A group of Ada's, and the token of an invitation to it. */
let engines: string;
let invitation: string;
beforeAll(async () => {
  [ada, charles, staff] = await people(api, 3);
  if (table) await makeStaff(table, staff.id);
  conversation = conversationOf(ada, charles);
  await sendMessage(api, ada, conversation, 'There is one.');
  engines = (await createGroup(api, ada, [])).id;
  invitation = (await createInvitation(api, ada, engines)).token;
});

interface Success {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Record<string, string>;
  readonly sessionId?: string;
  readonly reportId?: string;
  readonly seq?: number;
  /** Id of the conversation, if not the one with Charles. */
  readonly conversationId?: string;
  /** Who asks, if not Ada. */
  readonly by?: Person;
}

/** A session of Ada's to end. */
async function session() {
  const { access, refresh } = await logIn(api, ada);
  const { body } = await api.get('/users/me/sessions', { token: access });
  const { id } = body.results.find(({ current }: { current: boolean }) => current);
  return { id: id as string, refresh };
}

/** A group of Ada and Charles. */
const group = async () => (await createGroup(api, await logIn(api, ada), [charles])).id;

/** With a token, most operations succeed. These need more. */
const SUCCESSES: Readonly<Record<string, () => Success | Promise<Success>>> = {
  'POST /users/register': () => ({ status: 201, body: registration() }),
  'POST /users/token': () => ({ status: 200, body: { email: ada.email, password: ada.password } }),
  'POST /users/token/refresh': async () => ({ status: 200, body: { refresh: (await session()).refresh } }),
  'POST /users/logout': async () => ({ status: 204, body: { refresh_token: (await session()).refresh } }),
  'PATCH /users/me': () => ({ status: 200, body: { first_name: 'Augusta' } }),
  'DELETE /users/me': async () => {
    const [by] = await people(api, 1);
    return { status: 204, body: { password: by.password }, by };
  },
  'POST /users/me/password': async () => {
    const [by] = await people(api, 1);
    return { status: 204, body: { password: by.password, new_password: 'a cloud of dandelions' }, by };
  },
  'POST /users/password/reset': () => ({ status: 202, body: { email: registration().email } }),
  'POST /users/password/reset/confirm': async () => {
    const { email } = await person(api);
    await api.post('/users/password/reset', { email });
    const token = tokenFor(folder, email, 'reset');
    return { status: 204, body: { token, password: 'a cloud of dandelions' } };
  },
  'POST /users/email/verification': async () => {
    const { email, access: token } = await person(api);
    await api.post('/users/me/email/verification', undefined, { token });
    return { status: 204, body: { token: tokenFor(folder, email, 'verify') } };
  },
  'POST /users/me/email/verification': async () => ({ status: 202, by: await person(api) }),
  'POST /ws/ticket': () => ({ status: 201 }),
  'DELETE /users/me/sessions': () => ({ status: 204 }),
  'DELETE /users/me/sessions/{session_id}': async () => ({ status: 204, sessionId: (await session()).id }),
  'PUT /users/{user_id}/block': async () => ({ status: 204, by: (await people(api, 1))[0] }),
  'DELETE /users/{user_id}/block': () => ({ status: 204 }),
  'PUT /users/{user_id}/suspension': () => ({ status: 204, by: staff }),
  'DELETE /users/{user_id}/suspension': () => ({ status: 204, by: staff }),
  'GET /users/{user_id}/audit': () => ({ status: 200, by: staff }),
  'POST /reports': async () => {
    const by = await person(api);
    return { status: 201, body: { user: charles.id, reason: 'spam' }, by };
  },
  'GET /reports': () => ({ status: 200, by: staff }),
  'POST /reports/{report_id}/resolve': async () => {
    const by = await person(api);
    const { body } = await api.post('/reports', { user: ada.id, reason: 'other' }, { token: by.access });
    return { status: 204, body: { action: 'dismissed' }, by: staff, reportId: body.id };
  },
  'POST /conversations': () => ({
    status: 201,
    body: { kind: 'group', title: 'Engines', members: [charles.id] },
  }),
  'PATCH /conversations/{conversation}': async () => ({
    status: 200,
    body: { title: 'Other engines' },
    conversationId: await group(),
  }),
  'DELETE /conversations/{conversation}': async () => ({ status: 204, conversationId: await group() }),
  'PATCH /conversations/{conversation}/settings': () => ({ status: 200, body: { unread: true } }),
  'PUT /conversations/{conversation}/members/{user_id}': async () => ({
    status: 200,
    body: { role: 'reader' },
    conversationId: await group(),
  }),
  'DELETE /conversations/{conversation}/members/{user_id}': async () => ({
    status: 204,
    conversationId: await group(),
  }),
  'POST /conversations/{conversation}/invitations': () => ({ status: 201, body: {} }),
  'DELETE /conversations/{conversation}/invitations/{invitation}': () => ({ status: 204 }),
  'POST /invitations/preview': () => ({ status: 200, body: { token: invitation } }),
  'POST /invitations/join': () => ({ status: 200, body: { token: invitation } }),
  'PATCH /conversations/{conversation}/messages/{seq}': async () => {
    const { seq } = await sendMessage(api, await logIn(api, ada), conversation, 'To be edited.');
    return { status: 200, body: { text: 'Edited.', version: 1 }, seq };
  },
  'DELETE /conversations/{conversation}/messages/{seq}': async () => {
    const { seq } = await sendMessage(api, await logIn(api, ada), conversation, 'To be deleted.');
    return { status: 200, seq };
  },
  'POST /conversations/{conversation}/messages': () => ({
    status: 201,
    body: { text: 'One more.' },
    headers: { 'idempotency-key': randomUUID() },
  }),
};

/** What is not personal may be cached, in the words of its function. */
const PUBLIC: Readonly<Record<string, string>> = {
  '/.well-known/jwks.json': 'public, max-age=300',
  '/schema': 'no-cache',
  '/schema/swagger-ui': 'no-cache',
  '/schema/swagger-ui/{asset}': 'public, max-age=3600',
};

const POLICY_OF_SWAGGER =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self'; connect-src 'self'; " +
  "frame-src 'self'; worker-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function assertHeaders({ status, headers, body }: Answer, expected: Readonly<Record<string, string>> = {}) {
  const wanted = Object.entries({ ...ANSWER_HEADERS, ...expected });
  expect(Object.fromEntries(wanted.map(([name]) => [name, headers[name]]))).toEqual(
    Object.fromEntries(wanted.map(([name, value]) => [name, [value]])),
  );
  if (body === '') return;
  expect(headers['content-type']).toEqual([
    expect.stringMatching(
      status >= 400
        ? /^application\/problem\+json$/
        : /^(application\/(json|x-ndjson)|image\/png|text\/(html|css|javascript); charset=utf-8)$/,
    ),
  ]);
}

type Filled = Partial<Pick<Success, 'sessionId' | 'reportId' | 'seq' | 'conversationId'>>;

const filled = (
  path: string,
  { sessionId = NOBODY, reportId = NOBODY, seq = 1, conversationId }: Filled = {},
) =>
  path
    .replace('{conversation}', conversationId ?? (path.includes('/invitations') ? engines : conversation))
    .replace('{invitation}', NOBODY)
    .replace('{seq}', String(seq))
    .replace('{emoji}', encodeURIComponent('👍'))
    .replace('{report_id}', reportId)
    .replace('{user_id}', charles.id)
    .replace('{session_id}', sessionId)
    .replace('{asset}', 'swagger-ui.css');

/** These are asked of a group that does not exist. Their input is checked first. */
const OF_GROUPS: Readonly<Record<string, object | undefined>> = {
  'PATCH /conversations/{conversation}/settings': { unread: true },
  'PATCH /conversations/{conversation}': { title: 'x' },
  'DELETE /conversations/{conversation}': undefined,
  'PUT /conversations/{conversation}/members/{user_id}': { role: 'member' },
  'DELETE /conversations/{conversation}/members/{user_id}': undefined,
  'GET /conversations/{conversation}/invitations': undefined,
  'DELETE /conversations/{conversation}/invitations/{invitation}': undefined,
};

const nowhere = (method: string, path: string) =>
  path
    .replace('{conversation}', `${method} ${path}` in OF_GROUPS ? NOBODY : `${NOBODY}.${ada.id}`)
    .replace('{asset}', 'nothing.css')
    .replaceAll(/\{\w+\}/g, NOBODY);

const operations = OPERATIONS.map(({ method, path, described }) => ({
  method,
  path,
  anonymous: described.security?.length === 0,
  paged: /"#\/components\/parameters\/limit"|"name":"limit"/i.test(
    JSON.stringify(described.parameters ?? []),
  ),
}));
/** Nobody can name staff of a system elsewhere. */
const isForStaff = (path: string) => /^\/reports|\/(?:suspension|audit)$/.test(path);
const isPage = (path: string) => path === '/schema/swagger-ui';
const expectedOf = (path: string) => ({
  ...(PUBLIC[path] !== undefined && { 'cache-control': PUBLIC[path] }),
  ...(isPage(path) && { 'content-security-policy': POLICY_OF_SWAGGER }),
});

describe.each([
  ['on the distribution', site],
  ['on the bare API', httpApi],
])('%s, an answer has each security header once', (_, url) => {
  const named = (some: typeof operations) => some.map((one) => [one.method, one.path, one] as const);
  const skipped = url === '';
  // This system trusts no other issuer, and has no sign-ups that wait. The tests of those look at their headers.
  // Nobody sees the mail of a system elsewhere, if it sends any.
  const mailing = folder === '' ? /\/(?:reset|verification)/ : /^$/;
  const possible = operations.filter(
    ({ path }) =>
      path !== '/users/token/exchange' &&
      path !== '/users/register/confirm' &&
      !mailing.test(path) &&
      (table || !isForStaff(path)),
  );

  describe.skipIf(skipped)('if it is a success', () => {
    it.each(named(possible))('of %s %s', async (method, path) => {
      const success: Success = (await SUCCESSES[`${method} ${path}`]?.()) ?? { status: 200 };
      const { status, body, headers, by = ada } = success;
      const { access } = await logIn(api, by);
      const answer = await send(url + filled(path, success), method, {
        token: access,
        body,
        ...(headers && { headers }),
      });
      expect([answer.status, answer.body]).toEqual([
        status,
        [202, 204].includes(status) ? '' : expect.stringMatching(/./),
      ]);
      assertHeaders(answer, expectedOf(path));
    });

    it.each(named(possible.filter(({ method }) => method === 'GET')))(
      'of HEAD instead of %s %s',
      async (_, path) => {
        const { access } = await logIn(api, isForStaff(path) ? staff : ada);
        const answer = await send(url + filled(path), 'HEAD', { token: access });
        expect([answer.status, answer.body]).toEqual([200, '']);
        assertHeaders(answer, expectedOf(path));
      },
    );
  });

  describe.skipIf(skipped)('if it lists the methods of a path', () => {
    it.each([...new Set(operations.map(({ path }) => path))])('by OPTIONS %s', async (path) => {
      const answer = await send(url + filled(path), 'OPTIONS');
      expect([answer.status, answer.headers.allow]).toEqual([204, [expect.stringContaining('OPTIONS')]]);
      assertHeaders(answer);
    });
  });

  describe.skipIf(skipped)('if it is a refusal', () => {
    it.each(named(operations.filter(({ method }) => ['PATCH', 'POST'].includes(method))))(
      '400 of %s %s, for a body that is not JSON',
      async (method, path) => {
        const { access: token } = await logIn(api, ada);
        const answer = await send(url + filled(path), method, { token, body: '{' });
        expect(answer.status).toBe(400);
        assertHeaders(answer);
      },
    );

    it.each(named(operations.filter(({ paged }) => paged)))(
      '400 of %s %s, for a limit that is not a number',
      async (method, path) => {
        const { access: token } = await logIn(api, ada);
        const answer = await send(`${url}${filled(path)}?limit=none`, method, { token });
        expect(answer.status).toBe(400);
        assertHeaders(answer);
      },
    );

    it.each(named(operations.filter(({ anonymous }) => !anonymous)))(
      '401 of %s %s, without a token',
      async (method, path) => {
        for (const token of [undefined, 'a.b.c']) {
          const answer = await send(url + filled(path), method, { token });
          expect(answer.status).toBe(401);
          assertHeaders(answer, { 'www-authenticate': 'Bearer' });
        }
      },
    );

    it.each(named(possible.filter(({ method, path }) => path.includes('{') && method !== 'POST')))(
      '404 of %s %s, for an id of nothing',
      async (method, path) => {
        const { access: token } = await logIn(api, isForStaff(path) ? staff : ada);
        const body = OF_GROUPS[`${method} ${path}`];
        const answer = await send(url + nowhere(method, path), method, { token, body });
        expect(answer.status).toBe(404);
        assertHeaders(answer);
      },
    );

    it.each([...new Set(operations.map(({ path }) => path)), ''])('404 below %s', async (path) => {
      const answer = await send(`${url}${filled(path) || '/users/nobody'}/nothing/there`, 'GET');
      expect(answer.status).toBe(404);
      assertHeaders(answer);
    });

    it.each([...new Set(operations.map(({ path }) => path))])(
      '405 of a method that %s has not',
      async (path) => {
        const has = operations.filter((one) => one.path === path).map(({ method }) => method);
        const other = has.includes('PUT') ? 'PATCH' : 'PUT';
        const answer = await send(url + filled(path), other, { body: '{}' });
        expect([answer.status, answer.headers.allow]).toEqual([405, [expect.any(String)]]);
        assertHeaders(answer);
      },
    );

    it('413 and 415', async () => {
      const large = await send(`${url}/users/token`, 'POST', { body: { email: 'x'.repeat(20_000) } });
      const form = { headers: { 'content-type': 'text/plain' }, body: '{}' };
      const other = await send(`${url}/users/token`, 'POST', form);
      expect([large.status, other.status]).toEqual([413, 415]);
      assertHeaders(large);
      assertHeaders(other);
    });
  });

  it.skipIf(skipped).each(named(operations))('after a slash: %s %s/', async (method, path) => {
    const answer = await send(`${url}${filled(path)}/`, method);
    // On the bare API it may be a redirect, or another route.
    expect(answer.status).toBeLessThan(500);
    assertHeaders(answer, answer.status < 300 ? expectedOf(path) : {});
  });
});

describe('on the distribution, the other headers of the site come with', () => {
  const OTHERS = {
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  };
  const policyOfPages = async () => (await send(site, 'GET')).headers['content-security-policy']?.[0] ?? '';

  it('an answer of the HTTP API', async () => {
    assertHeaders(await send(`${site}/users`, 'GET'), OTHERS);
  });

  it('a refusal of API Gateway itself', async () => {
    const { status, headers } = await send(`${site}/users/%`, 'GET');
    expect([400, 404]).toContain(status);
    assertHeaders({ status, headers, body: '' }, OTHERS);
  });

  it('a page and its files, which may be cached, and what does not exist, which may not', async () => {
    const page = await send(site, 'GET');
    const [script = ''] = /\/assets\/[^"]+\.js/.exec(page.body) ?? [];
    const rule = await policyOfPages();
    expect(rule).toContain("frame-ancestors 'none'");
    for (const [path, status, caching] of [
      ['/', 200, 'no-cache'],
      [script, 200, 'public, max-age=31536000, immutable'],
      ['/nothing-here', 404, 'no-store'],
    ] as const) {
      const answer = await send(site + path, 'GET');
      expect(answer.status).toBe(status);
      const own = { 'cache-control': caching, 'content-security-policy': rule };
      assertHeaders({ ...answer, body: '' }, { ...OTHERS, ...own });
    }
  });
});
