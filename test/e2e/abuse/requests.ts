import { registration } from '../support/people.ts';
import type { Reply } from '../support/rest.ts';
import type { Scene } from './scene.ts';

/** A request that must be refused, and with what. */
export interface Attack {
  readonly what: string;
  readonly send: (scene: Scene) => Promise<Reply>;
  readonly status: number;
  readonly code: string;
}

type Request = (scene: Scene) => {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Mallory's access token, unless another one or none is given. */
  readonly token?: string | undefined;
};

function attack(what: string, request: Request, status: number, code: string): Attack {
  return {
    what,
    status,
    code,
    send(scene) {
      const { method = 'GET', path, body, headers, ...by } = request(scene);
      const token = 'token' in by ? by.token : scene.mallory.access;
      return scene.api.send(method, path, body, { token, ...(headers && { headers }) });
    },
  };
}

const NOBODY = '00000000-0000-4000-8000-000000000000';
const idempotent = () => ({ 'idempotency-key': crypto.randomUUID() });

/** The header `Authorization`, or what one might take for it. */
const authorizations: readonly Attack[] = [
  ['nothing', () => '', 'not_authenticated'],
  ['the scheme alone', () => 'Bearer', 'not_authenticated'],
  ['a scheme that is another one', ({ bob }: Scene) => `Basic ${bob.access}`, 'not_authenticated'],
  ['the token without a scheme', ({ bob }: Scene) => bob.access, 'not_authenticated'],
  ['two tokens', ({ mallory, bob }: Scene) => `Bearer ${mallory.access} ${bob.access}`, 'not_authenticated'],
  [
    'two tokens with a comma',
    ({ mallory, bob }: Scene) => `Bearer ${mallory.access},${bob.access}`,
    'token_invalid',
  ],
  ['two schemes', ({ bob }: Scene) => `Bearer Bearer ${bob.access}`, 'not_authenticated'],
  ['the refresh token', ({ mallory }: Scene) => `Bearer ${mallory.refresh}`, 'token_invalid'],
  ['a user id', ({ bob }: Scene) => `Bearer ${bob.id}`, 'token_invalid'],
  ['a session id', ({ bobsSession }: Scene) => `Bearer ${bobsSession}`, 'token_invalid'],
  ['a token in quotes', ({ bob }: Scene) => `Bearer "${bob.access}"`, 'token_invalid'],
  ['a token in capitals', ({ bob }: Scene) => `Bearer ${bob.access.toUpperCase()}`, 'token_invalid'],
  ['a token with a dot more', ({ bob }: Scene) => `Bearer ${bob.access}.`, 'token_invalid'],
  ['a token with padding', ({ bob }: Scene) => `Bearer ${bob.access}==`, 'token_invalid'],
  [
    'a token without its first character',
    ({ bob }: Scene) => `Bearer ${bob.access.slice(1)}`,
    'token_invalid',
  ],
  [
    'a head of hers, claims of his',
    ({ mallory, bob }: Scene) => {
      const [head, , signature] = mallory.access.split('.');
      return `Bearer ${[head, bob.access.split('.')[1], signature].join('.')}`;
    },
    'token_invalid',
  ],
  ['5,000 letters', () => `Bearer ${'x'.repeat(5000)}`, 'token_invalid'],
].map(([what, authorization, code]) =>
  attack(
    `an Authorization of ${what}`,
    (scene) => ({
      path: '/users/me/',
      token: undefined,
      headers: { authorization: (authorization as (scene: Scene) => string)(scene) },
    }),
    401,
    code as string,
  ),
);

/** A valid token where none is read. */
const elsewhere: readonly Attack[] = [
  attack(
    'a token in the query',
    ({ bob }) => ({ path: `/users/me/?token=${bob.access}`, token: undefined }),
    401,
    'not_authenticated',
  ),
  attack(
    'a token named access_token in the query (RFC 6750, 2.3)',
    ({ bob }) => ({ path: `/users/me/?access_token=${bob.access}`, token: undefined }),
    401,
    'not_authenticated',
  ),
  attack(
    'a token in a cookie',
    ({ bob }) => ({
      path: '/users/me/',
      token: undefined,
      headers: { cookie: `access=${bob.access}; token=${bob.access}` },
    }),
    401,
    'not_authenticated',
  ),
  attack(
    'a token in X-Access-Token',
    ({ bob }) => ({
      path: '/users/me/',
      token: undefined,
      headers: { 'x-access-token': bob.access, 'x-auth-token': bob.access },
    }),
    401,
    'not_authenticated',
  ),
  attack(
    'a token in Proxy-Authorization',
    ({ bob }) => ({
      path: '/users/me/',
      token: undefined,
      headers: { 'x-forwarded-authorization': `Bearer ${bob.access}` },
    }),
    401,
    'not_authenticated',
  ),
  attack(
    'a token in the body',
    ({ bob }) => ({
      method: 'PATCH',
      path: '/users/me/',
      token: undefined,
      body: { access: bob.access, access_token: bob.access, first_name: 'Eve' },
    }),
    401,
    'not_authenticated',
  ),
  attack(
    'another method in a header',
    () => ({ method: 'POST', path: '/users/me/', headers: { 'x-http-method-override': 'DELETE' }, body: {} }),
    405,
    'method_not_allowed',
  ),
  attack(
    'a user in a header',
    ({ bob }) => ({
      path: '/users/me/',
      token: undefined,
      headers: { 'x-user-id': bob.id, 'x-parley-user': bob.id },
    }),
    401,
    'not_authenticated',
  ),
];

/** A registration with what is another user's already. */
const claim = (what: string, taken: (bob: Scene['bob']) => Partial<ReturnType<typeof registration>>) =>
  attack(
    what,
    ({ bob }) => ({
      method: 'POST',
      path: '/users/register/',
      token: undefined,
      body: registration(taken(bob)),
    }),
    400,
    'validation_failed',
  );

/** Ids of others. What one is not in cannot be told from what does not exist. */
const others: readonly Attack[] = [
  attack(
    'a conversation of others',
    ({ theirs }) => ({ path: `/conversations/${theirs}/` }),
    404,
    'conversation_not_found',
  ),
  attack(
    'the same in capitals',
    ({ theirs }) => ({ path: `/conversations/${theirs.toUpperCase()}/` }),
    404,
    'conversation_not_found',
  ),
  attack(
    'the same with its members swapped',
    ({ theirs }) => ({ path: `/conversations/${theirs.split('.').toReversed().join('.')}/` }),
    404,
    'conversation_not_found',
  ),
  attack(
    'a conversation with oneself',
    ({ mallory }) => ({ path: `/conversations/${mallory.id}.${mallory.id}/` }),
    404,
    'conversation_not_found',
  ),
  attack(
    'a conversation of three',
    ({ mallory, theirs }) => ({ path: `/conversations/${mallory.id}.${theirs}/` }),
    404,
    'conversation_not_found',
  ),
  attack(
    'one id as a conversation',
    ({ bob }) => ({ path: `/conversations/${bob.id}/` }),
    404,
    'conversation_not_found',
  ),
  attack(
    'the log of others',
    ({ theirs }) => ({ path: `/conversations/${theirs}/messages/` }),
    404,
    'conversation_not_found',
  ),
  attack(
    'the log of others around a message',
    ({ theirs }) => ({ path: `/conversations/${theirs}/messages/?around=1` }),
    404,
    'conversation_not_found',
  ),
  attack(
    'a message into the log of others',
    ({ theirs }) => ({
      method: 'POST',
      path: `/conversations/${theirs}/messages/`,
      body: { text: 'I am Bob.' },
      headers: idempotent(),
    }),
    404,
    'conversation_not_found',
  ),
  attack(
    'several messages into the log of others',
    ({ theirs }) => ({
      method: 'POST',
      path: `/conversations/${theirs}/messages/`,
      body: { messages: [{ client_id: crypto.randomUUID(), text: 'I am Bob.' }] },
    }),
    404,
    'conversation_not_found',
  ),
  attack(
    'a message to nobody',
    ({ mallory }) => ({
      method: 'POST',
      path: `/conversations/${[mallory.id, NOBODY].sort().join('.')}/messages/`,
      body: { text: 'Anybody?' },
      headers: idempotent(),
    }),
    404,
    'conversation_not_found',
  ),
  attack(
    'the session of another user',
    ({ bobsSession }) => ({ method: 'DELETE', path: `/users/me/sessions/${bobsSession}/` }),
    404,
    'session_not_found',
  ),
  attack(
    'the same in capitals',
    ({ bobsSession }) => ({ method: 'DELETE', path: `/users/me/sessions/${bobsSession.toUpperCase()}/` }),
    404,
    'session_not_found',
  ),
  attack(
    'a session by its key in the table',
    ({ bobsSession }) => ({
      method: 'DELETE',
      path: `/users/me/sessions/${encodeURIComponent(`SESSION#${bobsSession}`)}/`,
    }),
    404,
    'session_not_found',
  ),
  attack('the history with nobody', () => ({ path: `/chat/history/${NOBODY}/` }), 404, 'user_not_found'),
  attack('the profile of nobody', () => ({ path: `/users/${NOBODY}/` }), 404, 'user_not_found'),
  attack(
    'a profile by its username',
    ({ bob }) => ({ path: `/users/${bob.username}/` }),
    404,
    'user_not_found',
  ),
  attack(
    'a profile by its e-mail address',
    ({ bob }) => ({ path: `/users/${encodeURIComponent(bob.email)}/` }),
    404,
    'user_not_found',
  ),
  attack(
    'a profile by its key in the table',
    ({ bob }) => ({ path: `/users/${encodeURIComponent(`${bob.id}#PROFILE`)}/` }),
    404,
    'user_not_found',
  ),
  attack(
    'a change of the profile of another user',
    ({ bob }) => ({ method: 'PATCH', path: `/users/${bob.id}/`, body: { first_name: 'Eve' } }),
    405,
    'method_not_allowed',
  ),
  attack(
    'the deletion of another user',
    ({ bob }) => ({ method: 'DELETE', path: `/users/${bob.id}/` }),
    405,
    'method_not_allowed',
  ),
  attack(
    'the own deletion with the password of another user',
    ({ bob }) => ({ method: 'DELETE', path: '/users/me/', body: { password: bob.password } }),
    403,
    'wrong_password',
  ),
  attack(
    'the own deletion with a mass assignment',
    ({ bob }) => ({
      method: 'DELETE',
      path: '/users/me/',
      body: { password: bob.password, user_id: bob.id },
    }),
    400,
    'validation_failed',
  ),
  attack(
    'a new password with that of another user',
    ({ bob }) => ({
      method: 'POST',
      path: '/users/me/password/',
      body: { password: bob.password, new_password: 'a cloud of dandelions' },
    }),
    403,
    'wrong_password',
  ),
  attack(
    'a log-out with the refresh token of another user',
    ({ bob }) => ({ method: 'POST', path: '/users/logout/', body: { refresh_token: bob.refresh } }),
    401,
    'token_invalid',
  ),
  attack(
    'a log-in with the password of another user',
    ({ mallory, bob }) => ({
      method: 'POST',
      path: '/users/token/',
      token: undefined,
      body: { email: mallory.email, password: bob.password },
    }),
    401,
    'wrong_credentials',
  ),
  claim('a registration with the address of another user', (bob) => ({ email: bob.email })),
  claim('the same in capitals', (bob) => ({ email: bob.email.toUpperCase() })),
  claim('a registration with the name of another user', (bob) => ({ username: bob.username })),
  claim('the same in full-width letters', (bob) => ({ username: bob.username.replace('t', 'ｔ') })),
  claim('the same in capitals', (bob) => ({ username: bob.username.toUpperCase() })),
];

/** Groups that Mallory is not in, or no longer, what a reader may not do in one, and what is no group. */
const groups: readonly Attack[] = [
  ...(['theirGroup', 'formerGroup'] as const).flatMap((name) =>
    (
      [
        ['GET', () => ''],
        ['GET', () => 'messages/'],
        ['GET', () => 'messages/?around=1'],
        ['POST', () => 'messages/', { text: 'I am Bob.' }],
        ['PATCH', () => 'messages/2/', { text: 'I am Bob.', version: 1 }],
        ['DELETE', () => 'messages/2/'],
        ['PUT', () => `messages/2/reactions/${encodeURIComponent('👍')}/`],
        ['PATCH', () => '', { title: 'Mine' }],
        ['PATCH', () => 'settings/', { pinned: true }],
        ['PUT', ({ mallory }) => `members/${mallory.id}/`, { role: 'owner' }],
        ['PUT', ({ mallory }) => `members/${mallory.id}/`, {}],
        ['DELETE', ({ bob }) => `members/${bob.id}/`],
        ['DELETE', ({ mallory }) => `members/${mallory.id}/`],
        ['GET', () => 'invitations/'],
        ['POST', () => 'invitations/', {}],
        ['DELETE', ({ invitation }) => `invitations/${invitation.id}/`],
      ] as [string, (scene: Scene) => string, object?][]
    ).map(([method, path, body], i) =>
      attack(
        `${name === 'theirGroup' ? 'a group of others' : 'a group that she was removed from'} (${i})`,
        (scene) => ({
          method,
          path: `/conversations/${scene[name]}/${path(scene)}`,
          ...(body && { body }),
          ...(method === 'POST' && { headers: idempotent() }),
        }),
        404,
        'conversation_not_found',
      ),
    ),
  ),
  ...(
    [
      ['PATCH', () => '', { title: 'Mine' }],
      ['PUT', ({ mallory }) => `members/${mallory.id}/`, { role: 'owner' }],
      ['PUT', ({ bob }) => `members/${bob.id}/`, { role: 'reader' }],
      ['PUT', () => `members/${NOBODY}/`, {}],
      ['DELETE', ({ bob }) => `members/${bob.id}/`],
      ['DELETE', ({ charles }) => `members/${charles.id}/`],
      ['GET', () => 'invitations/'],
      ['POST', () => 'invitations/', {}],
      ['DELETE', ({ invitation }) => `invitations/${invitation.id}/`],
    ] as [string, (scene: Scene) => string, object?][]
  ).map(([method, path, body], i) =>
    attack(
      `what a reader of a group may not do (${i})`,
      (scene) => ({
        method,
        path: `/conversations/${scene.readGroup}/${path(scene)}`,
        ...(body && { body }),
      }),
      403,
      'not_allowed',
    ),
  ),
  ...(
    [
      ['PATCH', () => '', { title: 'Mine' }],
      ['PUT', ({ charles }) => `members/${charles.id}/`, {}],
      ['DELETE', ({ bob }) => `members/${bob.id}/`],
      ['GET', () => 'invitations/'],
      ['POST', () => 'invitations/', {}],
      ['DELETE', ({ invitation }) => `invitations/${invitation.id}/`],
    ] as [string, (scene: Scene) => string, object?][]
  ).map(([method, path, body]) =>
    attack(
      `a conversation of two as a group: ${method}`,
      (scene) => ({ method, path: `/conversations/${scene.ours}/${path(scene)}`, ...(body && { body }) }),
      409,
      'not_a_group',
    ),
  ),
  attack(
    'a group with a mass assignment',
    ({ bob }) => ({
      method: 'POST',
      path: '/conversations/',
      body: { kind: 'group', title: 'Mine', members: [], owner: bob.id, role: 'owner' },
    }),
    400,
    'validation_failed',
  ),
  attack(
    'the history with a group',
    ({ readGroup }) => ({ path: `/chat/history/${readGroup}/` }),
    404,
    'user_not_found',
  ),
];

/** The token with other bytes of its group or its secret. */
const otherBytes = (token: string, from: number, bytes: Buffer) => {
  const all = Buffer.from(token, 'base64url');
  bytes.copy(all, from);
  return all.toString('base64url');
};
const idBytes = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');

const INVITED = ['/invitations/preview/', '/invitations/join/'];

/** What is no invitation for Mallory. */
const invitations: readonly Attack[] = (
  [
    ['an invitation to a group that she was removed from', ({ invitation }) => invitation.token],
    ['the id of an invitation', ({ invitation }) => invitation.id],
    ['the id of a group', ({ theirGroup }) => theirGroup],
    [
      'an invitation to another group',
      ({ invitation, theirGroup }) => otherBytes(invitation.token, 0, idBytes(theirGroup)),
    ],
    ['an invitation to a user', ({ invitation, bob }) => otherBytes(invitation.token, 0, idBytes(bob.id))],
    [
      'an invitation with a secret of zeros',
      ({ invitation }) => otherBytes(invitation.token, 16, Buffer.alloc(16)),
    ],
    ['an invitation with one more character', ({ invitation }) => `${invitation.token}A`],
    ['an invitation with padding', ({ invitation }) => `${invitation.token}=`],
    ['an invitation with a line break', ({ invitation }) => `${invitation.token}\n`],
    ['an invitation with a NUL', ({ invitation }) => `${invitation.token}\0`],
    [
      'an invitation that is escaped',
      ({ invitation }) => `%${invitation.token.charCodeAt(0).toString(16)}${invitation.token.slice(1)}`,
    ],
    ['an invitation in other letters', () => 'é'.repeat(43)],
    ['an invitation by a key in the table', ({ theirGroup }) => `CONV#${theirGroup}#INVITATIONS`],
  ] as [string, (scene: Scene) => string][]
).flatMap(([what, token]) =>
  INVITED.map((path) =>
    attack(
      `${what} (${path})`,
      (scene) => ({ method: 'POST', path, body: { token: token(scene) } }),
      404,
      'invitation_not_found',
    ),
  ),
);

/** What is no token at all. */
const noInvitations: readonly Attack[] = (
  [
    ['a very long invitation', () => 'A'.repeat(4_000)],
    ['several invitations', ({ invitation }) => [invitation.token]],
    ['an object that reads as an invitation', ({ invitation }) => ({ toString: invitation.token })],
    ['an operator of a database', () => ({ $ne: '' })],
  ] as [string, (scene: Scene) => unknown][]
).flatMap(([what, token]) =>
  INVITED.map((path) =>
    attack(
      `${what} (${path})`,
      (scene) => ({ method: 'POST', path, body: { token: token(scene) } }),
      400,
      'validation_failed',
    ),
  ),
);

/** What only staff may do, and reports of what is not one's own. */
const moderation: readonly Attack[] = [
  ...(
    [
      ['GET', () => '/reports/'],
      ['GET', () => '/reports/?state=resolved&limit=1'],
      ['POST', () => `/reports/1795425307412-${NOBODY}/resolve/`],
      ['PUT', ({ bob }) => `/users/${bob.id}/suspension/`],
      ['PUT', ({ mallory }) => `/users/${mallory.id}/suspension/`],
      ['PUT', () => `/users/${NOBODY}/suspension/`],
      ['DELETE', ({ bob }) => `/users/${bob.id}/suspension/`],
      ['GET', ({ bob }) => `/users/${bob.id}/audit/`],
      ['GET', ({ mallory }) => `/users/${mallory.id}/audit/`],
    ] as [string, (scene: Scene) => string][]
  ).map(([method, path], i) =>
    attack(
      `what only staff may do (${i})`,
      (scene) => ({
        method,
        path: path(scene),
        ...(method === 'POST' && { body: { action: 'dismissed' } }),
      }),
      403,
      'staff_only',
    ),
  ),
  ...(
    [
      ['a message of others', ({ theirs }) => ({ conversation: theirs, seq: 1 })],
      ['a message that is not there', ({ ours }) => ({ conversation: ours, seq: 999_999 })],
      ['a conversation by its key', ({ theirs }) => ({ conversation: `CONV#${theirs}`, seq: 1 })],
    ] as [string, (scene: Scene) => object][]
  ).map(([what, message]) =>
    attack(
      `a report of ${what}`,
      (scene) => ({
        method: 'POST',
        path: '/reports/',
        body: { user: scene.bob.id, message: message(scene), reason: 'spam' },
      }),
      404,
      'message_not_found',
    ),
  ),
  attack(
    'a report of oneself',
    ({ mallory }) => ({ method: 'POST', path: '/reports/', body: { user: mallory.id, reason: 'spam' } }),
    400,
    'cannot_report_oneself',
  ),
  attack(
    'a report of oneself in capitals',
    ({ mallory }) => ({
      method: 'POST',
      path: '/reports/',
      body: { user: mallory.id.toUpperCase(), reason: 'spam' },
    }),
    400,
    'cannot_report_oneself',
  ),
  attack(
    'a report of nobody',
    () => ({ method: 'POST', path: '/reports/', body: { user: NOBODY, reason: 'spam' } }),
    404,
    'user_not_found',
  ),
  ...[{ reporter: NOBODY }, { copy: 'x' }, { id: '1' }, { created_at: '1999-01-01T00:00:00.000Z' }].map(
    (more) =>
      attack(
        `a report with ${Object.keys(more)}`,
        ({ bob }) => ({ method: 'POST', path: '/reports/', body: { user: bob.id, reason: 'spam', ...more } }),
        400,
        'validation_failed',
      ),
  ),
];

/** Forms of a refresh token. */
const refreshes: readonly Attack[] = [
  ['nothing', () => ''],
  ['a number', () => 7],
  ['null', () => null],
  ['a list', ({ mallory }: Scene) => [mallory.refresh]],
  ['an object', ({ mallory }: Scene) => ({ refresh: mallory.refresh })],
  ['an access token', ({ mallory }: Scene) => mallory.access],
  ['dots', () => '...'],
  [
    'another user in front',
    ({ mallory, bob }: Scene) => [bob.id, ...mallory.refresh.split('.').slice(1)].join('.'),
  ],
  [
    'another session in front',
    ({ mallory, bobsSession }: Scene) => mallory.refresh.replace(/\.[^.]+/, `.${bobsSession}`),
  ],
  [
    'another family',
    ({ mallory }: Scene) => mallory.refresh.replace(/[^.]+\.([^.]+)$/, `${'x'.repeat(43)}.$1`),
  ],
  ['a part more', ({ mallory }: Scene) => `${mallory.refresh}.x`],
  ['a part less', ({ mallory }: Scene) => mallory.refresh.split('.').slice(0, 3).join('.')],
  ['a NUL at its end', ({ mallory }: Scene) => `${mallory.refresh}\0`],
  ['a lone surrogate', () => '\ud800'],
  ['8,000 letters', () => 'x'.repeat(8000)],
  ['the keys of the table', ({ bob }: Scene) => `USER#${bob.id}.SESSION#x.x.x`],
].map(([what, refresh]) => {
  const isFormal = [
    'nothing',
    'a number',
    'null',
    'a list',
    'an object',
    'a lone surrogate',
    '8,000 letters',
  ];
  const isMalformed = isFormal.includes(what as string);
  return attack(
    `a refresh token of ${what}`,
    (scene) => ({
      method: 'POST',
      path: '/users/token/refresh/',
      token: undefined,
      body: { refresh: (refresh as (scene: Scene) => unknown)(scene) },
    }),
    isMalformed ? 400 : 401,
    isMalformed ? 'validation_failed' : 'token_invalid',
  );
});

/** Wrong values of each field. */
const WRONG: readonly [what: string, value: unknown][] = [
  ['null', null],
  ['a number', 7],
  ['true', true],
  ['a list', ['x']],
  ['an object', { $gt: '' }],
  ['a lone surrogate', 'x\ud800x'],
  ['a NUL', 'x\0x'],
  ['100,000 letters', 'x'.repeat(10_000)],
];
const fields = (
  method: string,
  path: string,
  names: readonly string[],
  valid: () => object,
  token?: 'none',
) =>
  names.flatMap((name) =>
    WRONG.map(([what, value]) =>
      attack(
        `${method} ${path} with ${what} as ${name}`,
        () => ({ method, path, body: { ...valid(), [name]: value }, ...(token && { token: undefined }) }),
        400,
        'validation_failed',
      ),
    ),
  );
const wrongFields: readonly Attack[] = [
  ...fields(
    'POST',
    '/users/register/',
    ['email', 'username', 'first_name', 'password'],
    registration,
    'none',
  ),
  ...fields('PATCH', '/users/me/', ['first_name', 'presence'], () => ({})),
];

/** Bodies that are not what they seem. */
const bodies: readonly Attack[] = [
  ['a list', '[{"first_name": "Eve"}]', 'validation_failed'],
  ['a string', '"first_name"', 'validation_failed'],
  ['a number too large for JSON', '1e999', 'validation_failed'],
  ['null', 'null', 'validation_failed'],
  ['nothing', '', 'invalid_json'],
  ['half an object', '{"first_name": "Eve"', 'invalid_json'],
  ['two objects', '{"first_name": "Eve"}{"first_name": "Eve"}', 'invalid_json'],
  ['a comment', '{"first_name": "Eve" /* me */}', 'invalid_json'],
  ['a comma too many', '{"first_name": "Eve",}', 'invalid_json'],
  ['NaN', '{"first_name": NaN}', 'invalid_json'],
  ['a raw line break', '{"first_name": "E\nve"}', 'invalid_json'],
  [
    'XML',
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    'invalid_json',
  ],
  ['YAML', 'first_name: Eve', 'invalid_json'],
  [
    'bytes that are no UTF-8',
    new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    'validation_failed',
  ],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0]), 'invalid_json'],
  ['10,000 lists in lists', '['.repeat(5000) + ']'.repeat(5000), 'body_too_deep'],
].map(([what, body, code]) =>
  attack(`a body of ${what}`, () => ({ method: 'PATCH', path: '/users/me/', body }), 400, code as string),
);

const types: readonly Attack[] = [
  'text/plain',
  'text/html',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/jsonpatch',
  '*/*',
].map((type) =>
  attack(
    `a body of the type ${type}`,
    () => ({
      method: 'PATCH',
      path: '/users/me/',
      body: '{"first_name": "Eve"}',
      headers: { 'content-type': type },
    }),
    415,
    'unsupported_media_type',
  ),
);

/** Queries. */
const queries: readonly Attack[] = [
  ['/users/?limit=-1', 400],
  ['/users/?limit=1e3', 400],
  ['/users/?limit=0x10', 400],
  ['/users/?limit=１', 400],
  ['/users/?limit[]=1&limit=', 400],
  ['/users/?offset=-1', 400],
  ['/users/?offset=99999999', 400],
  ['/users/?cursor=eyJwayI6IlVTRVIjIn0', 400],
  ['/users/?cursor=%00', 400],
  ['/conversations/?cursor=../../etc/passwd', 400],
  ['/conversations/?cursor=%ED%A0%80', 400],
  ['/conversations/?limit=%F0%9F%A6%80', 400],
].map(([path, status]) =>
  attack(`the query of ${path}`, () => ({ path: path as string }), status as number, 'validation_failed'),
);

/** Fields that a client may not set. */
const assigned: readonly Attack[] = [
  ...[
    { id: NOBODY },
    { user_id: NOBODY },
    { email: 'eve@example.com' },
    { username: 'eve' },
    { staff: true },
    { is_staff: true },
    { is_superuser: true },
    { role: 'admin' },
    { password: 'a cloud of dandelions' },
    { passwordHash: '$2b$10$x' },
    { has_password: false },
    { created_at: '1999-01-01T00:00:00.000Z' },
    { deletedAt: '1999-01-01T00:00:00.000Z' },
    { issuer: 'https://login.example' },
    { pk: 'USER#1', sk: 'PROFILE' },
    { __proto__: null, constructor: { prototype: { staff: true } } },
  ].map((body) =>
    attack(
      `a profile with ${Object.keys(body)}`,
      () => ({ method: 'PATCH', path: '/users/me/', body }),
      400,
      'validation_failed',
    ),
  ),
  ...[
    { sender: 'bob' },
    { sender_id: NOBODY },
    { user_id: NOBODY },
    { seq: 1 },
    { id: NOBODY },
    { created_at: '1999-01-01T00:00:00.000Z' },
    { conversation: 'x' },
    { counts: [0, 0] },
    { client_id: 'x' },
  ].map((more) =>
    attack(
      `a message with ${Object.keys(more)}`,
      ({ ours }) => ({
        method: 'POST',
        path: `/conversations/${ours}/messages/`,
        headers: idempotent(),
        body: { text: 'I am Bob.', ...more },
      }),
      400,
      'validation_failed',
    ),
  ),
];

/** Paths below the API that lead nowhere. */
const paths: readonly Attack[] = [
  '/users/me%00/',
  '/users//me/',
  '/users/me/keys/',
  '/users/%2525/',
  '/ws/ticket/more/',
  '/users/me;jsessionid=1/',
  '/users/me/sessions/x/y/',
].map((path) => attack(`the path ${path}`, () => ({ path }), 404, '*'));

export const ATTACKS: readonly Attack[] = [
  ...authorizations,
  ...elsewhere,
  ...others,
  ...groups,
  ...invitations,
  ...noInvitations,
  ...moderation,
  ...refreshes,
  ...wrongFields,
  ...bodies,
  ...types,
  ...queries,
  ...assigned,
  ...paths,
];
