import { once } from 'node:events';
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, memoryTokens, type Tokens } from '../../client/index.ts';
import { ANSWER_HEADERS } from '../support/answer-headers.ts';
import { SETTINGS } from '../systems.ts';
import { assertDocumented } from './support/contract.ts';
import { forgedSubjectTokens } from './support/forged-subject-tokens.ts';
import { CLIENT_ID, Issuers, type Key, newKey, sign } from './support/issuers.ts';
import { notOurs } from './support/own-runtime.ts';
import { logOut, person, registration } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';
import { startWatched, type Watched } from './support/watched-runtime.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:ietf:params:oauth:token-type:';

/** What the servers of these issuers do when they are asked for their keys. */
const ODD = ['own', 'down', 'slow', 'drips', 'garbage', 'huge', 'redirects', 'fails', 'rotates', 'weak'];

const form = (token: string, more: Record<string, string> = {}) => ({
  grant_type: GRANT,
  subject_token: token,
  subject_token_type: `${TYPE}id_token`,
  ...more,
});

describe.skipIf(notOurs)('exchanging a token of another issuer', () => {
  let issuers: Issuers;
  let watched: Watched;
  let api: Rest;
  let own: Key;

  beforeAll(async () => {
    issuers = await Issuers.start();
    own = await newKey('own', 'ES256');
    for (const name of ['own', 'rotates']) issuers.serve(name, own.publicJwk);
    const settings = [
      { issuer: issuers.url, audience: [CLIENT_ID, 'urn:parley'] },
      ...ODD.map((name) => ({
        issuer: issuers.oddUrl(name),
        jwks: `${issuers.oddUrl(name)}/keys`,
        clientId: CLIENT_ID,
        algorithms: ['ES256', 'RS256'],
      })),
    ];
    watched = await startWatched({ context: { ...SETTINGS.unlimited, issuers: JSON.stringify(settings) } });
    api = rest(watched.runtime.url);
  }, 120_000);

  afterAll(async () => {
    await issuers?.stop();
    await watched?.end();
  });

  const exchange = (body: Record<string, unknown>) => api.post('/users/token/exchange/', body);

  const now = () => Math.floor(Date.now() / 1000);
  let count = 0;
  const subject = () => `user-${process.pid}-${Date.now()}-${count++}`;

  /** Claims of an issuer that misbehaves only with its keys. */
  const claimsOf = (name: string, more: JWTPayload = {}): JWTPayload => ({
    iss: issuers.oddUrl(name),
    sub: subject(),
    azp: CLIENT_ID,
    iat: now(),
    exp: now() + 60,
    ...more,
  });
  const enter = async (more: JWTPayload = {}, name = 'own') =>
    exchange(form(await sign(own, claimsOf(name, more))));
  const me = async (access: string) => (await api.get('/users/me/', { token: access })).body;

  describe('with a real OpenID provider', () => {
    const profile = (name: string) => ({
      preferred_username: name,
      given_name: 'Ada',
      family_name: 'Lovelace',
      email: `${name}@example.com`,
      email_verified: true,
    });

    it('opens a session, with the names of Parley and of RFC 8693, and makes the account', async () => {
      const id = subject();
      const { id_token } = await issuers.logIn(id, profile(id));
      const { status, headers, body } = await exchange(form(id_token));
      expect({ status, body }).toEqual({
        status: 200,
        body: {
          access: body.access,
          refresh: body.refresh,
          access_token: body.access,
          refresh_token: body.refresh,
          issued_token_type: `${TYPE}access_token`,
          token_type: 'Bearer',
          expires_in: 1800,
        },
      });
      for (const [name, value] of Object.entries(ANSWER_HEADERS)) expect(headers.get(name)).toBe(value);
      expect(await me(body.access)).toMatchObject({
        username: id,
        first_name: 'Ada',
        last_name: 'Lovelace',
        email: `${id}@example.com`,
        email_verified: true,
        has_password: false,
      });
    });

    it('takes a form, as OAuth has it, and an access token', async () => {
      const id = subject();
      const { access_token } = await issuers.logIn(id);
      expect(decodeProtectedHeader(access_token).typ).toBe('at+jwt');
      const body = new URLSearchParams(
        form(access_token, { subject_token_type: `${TYPE}access_token`, scope: '' }),
      );
      const reply = await api.request('POST', '/users/token/exchange', { body });
      expect(reply).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
      expect(await me(reply.body.access)).toMatchObject({ username: 'user', email: null });
    });

    it('knows a user again, by either token, on any device', async () => {
      const id = subject();
      const { id_token, access_token } = await issuers.logIn(id, profile(id));
      const [one, other] = [
        await exchange(form(id_token)),
        await exchange(form(access_token, { subject_token_type: `${TYPE}jwt` })),
      ].map(({ body }) => decodeJwt(body.access));
      expect(other?.sub).toBe(one?.sub);
      expect(other?.sid).not.toBe(one?.sid);
    });

    it('opens an ordinary session: it is refreshed, listed, and ended', async () => {
      const id = subject();
      const { body } = await exchange(form((await issuers.logIn(id)).id_token));
      const refreshed = await api.post('/users/token/refresh/', { refresh: body.refresh });
      expect(refreshed.status).toBe(200);
      const { body: sessions } = await api.get('/users/me/sessions/', { token: refreshed.body.access });
      expect(sessions.results).toHaveLength(1);
      expect((await logOut(api, refreshed.body)).status).toBe(204);
      expect((await api.get('/users/me/', { token: refreshed.body.access })).status).toBe(401);
    });

    it('serves the client library, which opens a session, and another one when that has ended', async () => {
      const ids = [subject(), subject()] as const;
      const tokens = memoryTokens();
      const clients = ids.map((id, i) =>
        createClient({
          baseUrl: watched.runtime.url,
          issuerToken: async () => (await issuers.logIn(id, profile(id))).id_token,
          ...(i === 0 && { tokens }),
        }),
      );
      const [ada, bob] = await Promise.all(clients.map((client) => client.resume()));
      const [hers, his] = clients as [Client, Client];
      const talk = his.conversationWith(ada?.id ?? '');
      await talk.open();
      hers.conversationWith(bob?.id ?? '').send('one');
      await expect
        .poll(() => talk.messages.value.map(({ text }) => text), { timeout: 20_000 })
        .toEqual(['one']);

      const { access, refresh } = (await tokens.load()) as Tokens;
      await logOut(api, { access, refresh });
      // The socket tells that the session has ended. If a request hears of it first, the client opens another one by itself.
      const isOver = async () =>
        hers.session.value.state === 'ended' || ((await tokens.load()) as Tokens).refresh !== refresh;
      await expect.poll(isOver, { timeout: 20_000 }).toBe(true);
      expect(await hers.resume()).toEqual(ada);
      for (const client of clients) client.close();
    });

    it('refuses every forgery of its tokens, and each of them alone', async () => {
      const id = subject();
      const { id_token, access_token } = await issuers.logIn(id, profile(id));
      for (const [token, type] of [
        [id_token, 'id_token'],
        [access_token, 'access_token'],
      ] as const) {
        expect((await exchange(form(token, { subject_token_type: TYPE + type }))).status).toBe(200);
        for (const [what, forged, code = 'subject_token_invalid'] of await forgedSubjectTokens(
          token,
          issuers.key,
        )) {
          const reply = await exchange(form(forged, { subject_token_type: TYPE + type }));
          expect([what, reply.status, reply.body.code, reply.body.error]).toEqual([
            what,
            400,
            code,
            'invalid_request',
          ]);
        }
      }
    });

    it('takes tokens of a new key soon, and those of the former one still', async () => {
      const id = subject();
      const former = await issuers.logIn(id);
      await exchange(form(former.id_token));
      await issuers.rotate(`key of ${id}`);
      const next = await issuers.logIn(id);
      expect(decodeProtectedHeader(next.id_token).kid).toBe(`key of ${id}`);
      await expect
        .poll(async () => (await exchange(form(next.id_token))).status, { timeout: 25_000, interval: 500 })
        .toBe(200);
      expect((await exchange(form(former.id_token))).status).toBe(200);
    }, 40_000);
  });

  describe('makes accounts', () => {
    it('once, however many first exchanges of a user come at once', async () => {
      const sub = subject();
      const replies = await Promise.all(
        Array.from({ length: 10 }, () => enter({ sub, preferred_username: sub })),
      );
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
      expect(new Set(replies.map(({ body }) => decodeJwt(body.access).sub)).size).toBe(1);
      const { body } = await api.get(`/users/?search=${sub}`, { token: replies[0]?.body.access });
      expect(body.results).toHaveLength(1);
    });

    it('of their own for the same subject of another issuer', async () => {
      const sub = subject();
      const { body: one } = await enter({ sub });
      const { body: other } = await enter({ sub }, 'rotates');
      expect(decodeJwt(one.access).sub).not.toBe(decodeJwt(other.access).sub);
    });

    it('never joins one that exists, by its e-mail address or username', async () => {
      const ada = await person(api);
      const { status, body } = await enter({
        email: ada.email.toUpperCase(),
        email_verified: true,
        preferred_username: ada.username.toUpperCase(),
      });
      expect(status).toBe(200);
      const stranger = await me(body.access);
      expect(stranger.id).not.toBe(ada.id);
      expect(stranger.email).toBeNull();
      expect(stranger.username).toMatch(new RegExp(`^${ada.username.toUpperCase()}-[0-9a-f]{4}$`));
      // Hers is as it was.
      expect(await me(ada.access)).toMatchObject({ id: ada.id, email: ada.email, username: ada.username });
      const { email, password } = ada;
      expect((await api.post('/users/token/', { email, password })).status).toBe(200);
    });

    it('whose verified address nobody can register or log in with', async () => {
      const { email, ...more } = registration();
      await enter({ email, email_verified: true });
      expect(await api.post('/users/register/', { email, ...more })).toMatchObject({
        status: 400,
        body: { errors: { email: [expect.any(String)] } },
      });
      const { password } = more;
      expect(await api.post('/users/token/', { email, password })).toMatchObject({
        status: 401,
        body: { code: 'wrong_credentials' },
      });
    });

    it.each([
      ['with an address', true],
      ['without one', false],
    ])('without a password, so none can be changed: %s', async (_, email_verified) => {
      const { email, password } = registration();
      const { body } = await enter({ email, email_verified });
      const change = { password: 'undefined', new_password: password };
      expect(await api.post('/users/me/password/', change, { token: body.access })).toMatchObject({
        body: { code: 'wrong_password' },
      });
      expect((await api.post('/users/token/', { email, password })).status).toBe(401);
    });

    it('without an address that the issuer has not verified: its owner can still register', async () => {
      const { email, ...more } = registration();
      const { body } = await enter({ email, email_verified: false });
      expect((await me(body.access)).email).toBeNull();
      expect((await api.post('/users/register/', { email, ...more })).status).toBe(201);
    });

    it('for 20 users of one name at once', async () => {
      const preferred_username = subject();
      const replies = await Promise.all(Array.from({ length: 20 }, () => enter({ preferred_username })));
      const names = replies.map(({ body }) => decodeJwt(body.access).username);
      expect(new Set(names).size).toBe(20);
      expect(names).toContain(preferred_username);
    });
  });

  describe('follows the claims', () => {
    it('of names and the address, while the username stays', async () => {
      const sub = subject();
      const before = { sub, preferred_username: sub, given_name: 'Ada', family_name: 'Byron' };
      await enter({ ...before, email: `1.${sub}@example.com`, email_verified: true });
      const { body } = await enter({
        sub,
        preferred_username: `${sub}-else`,
        given_name: ' Ada\u0000  Augusta ',
        email: `2.${sub}@example.com`,
        email_verified: true,
      });
      expect(await me(body.access)).toMatchObject({
        username: sub,
        first_name: 'Ada Augusta',
        last_name: 'Byron',
        email: `2.${sub}@example.com`,
      });
      // The former address is free again.
      const { email: _, ...more } = registration();
      expect((await api.post('/users/register/', { ...more, email: `1.${sub}@example.com` })).status).toBe(
        201,
      );
      // And a taken one is not taken over.
      const { body: third } = await enter({ sub, email: `1.${sub}@example.com`, email_verified: true });
      expect((await me(third.access)).email).toBe(`2.${sub}@example.com`);
    });

    it('and writes nothing when they say what they said', async () => {
      const claims = { sub: subject(), given_name: 'Ada', family_name: 'Byron' };
      await enter(claims);
      watched.runtime.resetUsage();
      await enter(claims);
      const { requests } = watched.runtime.usage();
      const written = requests.filter((made) => made.function === 'exchange' && made.wru > 0);
      // The count of exchanges, the session, and the event of the log-in.
      expect(written.map(({ operation }) => operation).toSorted()).toEqual([
        'PutItem',
        'PutItem',
        'UpdateItem',
      ]);
    });

    it.each([
      ['of the wrong types', { given_name: 7, family_name: ['x'], email: {}, preferred_username: null }],
      ['that are overlong', { given_name: 'é'.repeat(500), preferred_username: 'a'.repeat(500) }],
      [
        'with halves of characters',
        { given_name: '\ud800', preferred_username: '\udfff', email: '\ud800@b.c' },
      ],
      ['that are blank', { given_name: '\u200b', family_name: ' ', preferred_username: '@' }],
      ['that name parts of objects', { preferred_username: '__proto__', given_name: 'constructor' }],
      ['with an address that is none', { email: 'a@b@c', email_verified: true }],
      ['that are written backwards', { preferred_username: '\u202eada', given_name: '\u202eada' }],
      ['that are markup', { preferred_username: '<script>', given_name: '<script>alert(1)</script>' }],
    ])('%s, cleaned or not at all', async (_, claims) => {
      const { status, body } = await enter(claims as JWTPayload);
      expect(status).toBe(200);
      const { username } = await me(body.access);
      expect(username).toMatch(/^[A-Za-z0-9_.@+-]{1,150}$/);
    });

    it.each([
      ['no subject', { sub: undefined }],
      ['an empty one', { sub: '' }],
      ['one that is an object', { sub: {} as string }],
      ['one of 256 characters', { sub: 'x'.repeat(256) }],
      ['half a character', { sub: '\ud800' }],
      ['a line break', { sub: 'a\nb' }],
    ])('but refuses a token with %s', async (_, claims) => {
      expect(await enter(claims as JWTPayload)).toMatchObject({
        status: 400,
        body: { code: 'subject_token_invalid' },
      });
    });
  });

  describe('lets a user delete their account', () => {
    const remove = (body: object, token: string) => api.send('DELETE', '/users/me/', body, { token });
    const proof = ({ subject_token, subject_token_type }: ReturnType<typeof form>) => ({
      subject_token,
      subject_token_type,
    });

    it('by a token of the issuer, and the same user comes again as somebody new', async () => {
      const id = subject();
      const { email, ...more } = registration();
      const claims = { preferred_username: id, email, email_verified: true };
      const { body: first } = await exchange(form((await issuers.logIn(id, claims)).id_token));
      const before = await me(first.access);
      expect(before.email).toBe(email);
      const { id_token } = await issuers.logIn(id, claims);
      expect(await remove(proof(form(id_token)), first.access)).toMatchObject({ status: 204 });
      expect(await api.get('/users/me/', { token: first.access })).toMatchObject({ status: 401 });
      const { body: second } = await exchange(form(id_token));
      const after = await me(second.access);
      expect([after.id === before.id, after.email]).toEqual([false, email]);
      // Deleted again, the address is free for anybody.
      expect(await remove(proof(form(id_token)), second.access)).toMatchObject({ status: 204 });
      expect(await api.post('/users/register/', { email, ...more })).toMatchObject({ status: 201 });
    });

    it('with the client library', async () => {
      const id = subject();
      const issuerToken = async () => (await issuers.logIn(id)).id_token;
      const client = createClient({ baseUrl: watched.runtime.url, issuerToken });
      const first = await client.resume();
      await client.deleteAccount(issuerToken);
      expect(client.session.value).toEqual({ state: 'out' });
      expect((await client.resume())?.id).not.toBe(first?.id);
      client.close();
    });

    it('but by no token of another user or issuer, no forged one, and no password', async () => {
      const sub = subject();
      const { body } = await enter({ sub });
      const by = (token: string) => remove(proof(form(token)), body.access);
      const refused = { status: 400, body: { code: 'subject_token_invalid' } };
      expect(await by(await sign(own, claimsOf('own')))).toMatchObject(refused);
      expect(await by(await sign(own, claimsOf('rotates', { sub })))).toMatchObject(refused);
      expect(await by(await sign(await newKey('own', 'ES256'), claimsOf('own', { sub })))).toMatchObject(
        refused,
      );
      expect(await by(body.access)).toMatchObject(refused);
      const old = await sign(own, claimsOf('own', { sub, exp: now() - 120 }));
      expect(await by(old)).toMatchObject({ status: 400, body: { code: 'subject_token_expired' } });
      expect(await remove({ password: 'x' }, body.access)).toMatchObject({ status: 403 });
      expect(await api.get('/users/me/', { token: body.access })).toMatchObject({ status: 200 });
      const ada = await person(api);
      const foreign = proof(form(await sign(own, claimsOf('own', { sub }))));
      expect(await remove(foreign, ada.access)).toMatchObject(refused);
      expect(await api.get('/users/me/', { token: ada.access })).toMatchObject({ status: 200 });
    });
  });

  describe('refuses', () => {
    it.each([
      ['another grant type', { grant_type: 'password' }, 'grant_type', 'unsupported_grant_type'],
      [
        'a token type that is none',
        { subject_token_type: `${TYPE}saml2` },
        'subject_token_type',
        'invalid_request',
      ],
      ['a token for somebody else', { audience: 'https://else.example.com' }, 'audience', 'invalid_target'],
      ['a resource', { resource: 'https://else.example.com' }, 'resource', 'invalid_target'],
      ['an actor', { actor_token: 'x' }, 'actor_token', 'invalid_request'],
      [
        'a refresh token',
        { requested_token_type: `${TYPE}refresh_token` },
        'requested_token_type',
        'invalid_request',
      ],
      [
        'a token of 8,193 characters',
        { subject_token: 'x'.repeat(8193) },
        'subject_token',
        'invalid_request',
      ],
      ['a token that is a number', { subject_token: 7 }, 'subject_token', 'invalid_request'],
      ['no token', { subject_token: undefined }, 'subject_token', 'invalid_request'],
    ])('%s', async (_, change, field, error) => {
      const reply = await exchange({ ...form('x.y.z'), ...change });
      expect(reply).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: { [field]: [expect.any(String)] }, error },
      });
    });

    it('a parameter that comes twice in a form, and takes one that it does not know', async () => {
      const token = await sign(own, claimsOf('own'));
      const twice = new URLSearchParams([...Object.entries(form(token)), ['subject_token', token]]);
      const reply = await api.request('POST', '/users/token/exchange', { body: twice });
      expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
      const known = new URLSearchParams(form(token, { client_id: 'any' }));
      expect((await api.request('POST', '/users/token/exchange', { body: known })).status).toBe(200);
    });

    it.each([
      ['garbage', 'garbage'],
      ['five parts', 'a.b.c.d.e'],
      ['no object', `${Buffer.from('1').toString('base64url')}.${Buffer.from('1').toString('base64url')}.x`],
    ])('%s as a token', async (_, token) => {
      expect(await exchange(form(token))).toMatchObject({
        status: 400,
        body: { code: 'subject_token_invalid' },
      });
    });

    it('a token of Parley itself', async () => {
      const { access } = await person(api);
      expect(await exchange(form(access))).toMatchObject({ body: { code: 'subject_token_invalid' } });
    });

    it('the 21st exchange of an account in a minute, and no other account', async () => {
      const sub = subject();
      // The first one makes the account.
      for (let i = 0; i < 21; i += 1) expect((await enter({ sub })).status).toBe(200);
      const reply = await enter({ sub });
      expect(reply).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await enter()).status).toBe(200);
    });
  });

  describe('while an issuer', () => {
    /** The answer to a token of an issuer. A 503 is right here. */
    async function answerTo(name: string, key = own) {
      const began = Date.now();
      const body = new URLSearchParams(form(await sign(key, claimsOf(name))));
      const path = '/users/token/exchange/';
      const response = await fetch(watched.runtime.url + path, { method: 'POST', body });
      const { status, headers } = response;
      const text = await response.text();
      assertDocumented('POST', path, { status, headers, text });
      return { status, code: JSON.parse(text).code, ms: Date.now() - began, headers };
    }

    it.each([
      ['hangs up', 'down', (_, response) => void response.socket?.destroy()],
      ['does not answer', 'slow', () => {}],
      [
        'sends its keys a byte at a time',
        'drips',
        (_, response) => {
          const timer = setInterval(() => response.write(' '), 50);
          void once(response, 'close').then(() => clearInterval(timer));
        },
      ],
      ['answers with garbage', 'garbage', (_, response) => void response.end('<html>')],
      ['answers without an end', 'huge', (_, response) => void response.end(`"${'x'.repeat(200_000)}"`)],
      [
        'sends its callers elsewhere',
        'redirects',
        (_, response) => void response.writeHead(302, { location: `${issuers.oddUrl('own')}/keys` }).end(),
      ],
      ['fails', 'fails', (_, response) => void response.writeHead(500).end('{"keys":[]}')],
    ] as const satisfies readonly (readonly [string, string, Parameters<Issuers['odd']['set']>[1]])[])(
      '%s, its users are told to come back, others get in, and it is not asked again at once',
      async (_, name, answer) => {
        issuers.odd.set(name, answer);
        const reply = await answerTo(name);
        expect([reply.status, reply.code]).toEqual([503, 'issuer_unavailable']);
        expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(reply.ms).toBeLessThan(8_000);
        const asked = issuers.asked.length;
        expect((await answerTo(name)).code).toBe('issuer_unavailable');
        expect(issuers.asked.length - asked).toBeLessThanOrEqual(1);
        expect((await enter()).status).toBe(200);
      },
    );

    it('has only keys that are too weak, its tokens are refused, and nothing fails', async () => {
      const weak = await newKey('weak', 'ES256');
      issuers.serve(
        'weak',
        { ...own.publicJwk, kid: 'weak', x: 'AAAA' },
        { kty: 'oct', k: 'c2VjcmV0', kid: 'own' },
      );
      expect((await answerTo('weak', weak)).code).toMatch(/issuer_unavailable|subject_token_invalid/);
    });
  });
});
