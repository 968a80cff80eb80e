import { readFileSync } from 'node:fs';
import type { Node } from 'constructs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { GUESS_SECONDS } from '../../functions/core/accounts/attempts.ts';
import commonPasswords from '../../functions/core/accounts/common-passwords.json' with { type: 'json' };
import { MAX_OFFSET } from '../../functions/core/accounts/directory.ts';
import { LINK_SECONDS } from '../../functions/core/accounts/links.ts';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../functions/core/accounts/passwords.ts';
import { CONNECTION_SECONDS } from '../../functions/core/connections/connection.ts';
import { RIGHTS, ROLES } from '../../functions/core/conversations/rights.ts';
import {
  MAX_FIRST_MEMBERS,
  MAX_GROUPS,
  MAX_MEMBERS,
  MAX_NUMBERS,
} from '../../functions/core/conversations/roster.ts';
import { ParleyError } from '../../functions/core/errors.ts';
import {
  PAGE_BYTES,
  PAGE_CONVERSATIONS,
  PAGE_EVENTS,
  PAGE_MESSAGES,
  PAGE_REPORTS,
} from '../../functions/core/export/export-data.ts';
import { preview } from '../../functions/core/inbox/inbox.ts';
import { EXCHANGE_SECONDS } from '../../functions/core/issuers/account-of.ts';
import { MAIL_SECONDS } from '../../functions/core/mail/mail.ts';
import { RECENT_MESSAGES, RETRY_REACH } from '../../functions/core/messages/find-earlier.ts';
import { TYPING_SECONDS } from '../../functions/core/presence/typing.ts';
import { RECEIVED_EVERY_MS } from '../../functions/core/receipts/move-receipt.ts';
import { MAX_SESSIONS } from '../../functions/core/sessions/own-sessions.ts';
import { RESET_BEHIND } from '../../functions/core/sync/missed-changes.ts';
import { problemReply } from '../../functions/middleware/http-replies.ts';
import { actionSchemas, MAX_SYNCED, MAX_WATCHED } from '../../functions/protocol/actions.ts';
import { readRef } from '../../functions/protocol/frames.ts';
import { MAX_BODY_BYTES, MAX_MESSAGE_BODY_BYTES } from '../../functions/protocol/json-body.ts';
import { MAX_MESSAGES, MAX_MESSAGES_BYTES } from '../../functions/protocol/new-messages.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '../../functions/protocol/paging.ts';
import { MAX_SUBJECT_TOKEN_LENGTH, registerRequest } from '../../functions/protocol/requests.ts';
import { messageFrame } from '../../functions/protocol/server-frames.ts';
import { MAX_MESSAGE_LENGTH } from '../../functions/protocol/text.ts';
import { variables } from '../../functions/runtime/config.ts';
import { KEPT_DAYS } from '../../functions/storage/audit.ts';
import * as keys from '../../functions/storage/keys.ts';
import { environmentOf } from '../../lib/environment.ts';
import { type Entry, functionSpecs } from '../../lib/functions.ts';
import { routesWith } from '../../lib/routes.ts';
import { readSettings } from '../../lib/settings.ts';
import type { TableAccess } from '../../lib/table-access.ts';
import { assumptions } from '../../local/assumptions.ts';
import { readCommand, usageText } from '../../local/command-line.ts';
import { DOCUMENT, SOCKET_DOCUMENT } from './document.ts';
import { blocksOf, codesIn, numberIn, pageAt, type Row, rowsBelow, sentencesOf } from './markdown.ts';

const configuration = pageAt('docs/configuration.md');
const http = pageAt('docs/protocol-http.md');
const sockets = pageAt('docs/protocol-sockets.md');
const sorted = (list: Iterable<string>) => [...new Set(list)].sort();

describe('the table of access patterns', () => {
  const rows = rowsBelow(pageAt('docs/table.md'), 'Access patterns');
  const names = (cell = '') => cell.split(', ');

  it('has the keys that functions/storage/keys.ts makes', () => {
    const digits = /\d+$/;
    const numbered = [keys.messageKey('<id a>.<id b>', 1), keys.changeKey('<id a>.<id b>', 1)];
    const made: readonly keys.Key[] = [
      keys.profileKey('<id>'),
      keys.sessionKey('<id>', '<session id>'),
      keys.socketsKey('<id>'),
      keys.membershipKey('<id>', '<id a>.<id b>'),
      { pk: 'USER#<id>', sk: `${keys.GROUP_MEMBERSHIP_PREFIX}<group>` },
      keys.pinsKey('<id>'),
      keys.inboxPositionKey('<id>', '<time>', '<id a>.<id b>'),
      keys.retriesKey('<id>', '<id a>.<id b>'),
      keys.summaryKey('<id a>.<id b>'),
      keys.aboutKey('<group>'),
      keys.dissolvedKey('<group>'),
      keys.rosterKey('<group>'),
      keys.invitationsKey('<group>'),
      keys.sealKey('<id a>.<id b>', '<member>' as unknown as number),
      keys.presenceKey('<id>'),
      keys.remainsKey('<id>'),
      keys.watchListKey({ userId: '<id>', connectionId: '<connection id>' }),
      keys.watcherKey('<id>', '<watcher id>'),
      keys.watchedKey('<id>'),
      keys.emailKey('<e-mail>'),
      keys.usernameKey('<username>'),
      keys.attemptsKey({ email: '<e-mail>' }),
      keys.attemptsKey({ email: '<e-mail>', known: '<hash>' }),
      keys.attemptsKey({ network: '<address>' }),
      keys.devicesKey('<id>'),
      keys.mailsKey('<e-mail>'),
      keys.linkKey('<id>', '<hash>'),
      keys.signUpKey('<hash>'),
      keys.auditKey('<id>', { time: '<time>', name: '<name>' }),
      keys.identityKey({ issuer: '<issuer>', subject: '<subject>' }),
      keys.exchangesKey('<id>'),
      keys.ticketKey('<hash>'),
      ...(['users', 'everyone'] as const).flatMap((list) => [
        keys.directoryKey(list, '<username>'),
        keys.directoryCountKey(list),
      ]),
      ...numbered.map(({ pk, sk }) => ({
        pk,
        sk: sk.replace(digits, `<${digits.exec(sk)?.[0].length} digits>`),
      })),
      keys.staffKey('<id>'),
      keys.reportClaimKey('<id>', { userId: '<reported>' }),
      keys.reportCountKey('<id>'),
      keys.reportKey('open', '<report>'),
      keys.reportKey('resolved', '<report>'),
      keys.PUBLIC_KEYS_KEY,
    ];
    const shown = rows.flatMap((row) => {
      const [partitions, sort] = (row['pk / sk'] ?? '').split(' / ').map(codesIn);
      return partitions?.map((partition) => `${partition} / ${sort}`) ?? [];
    });
    expect(sorted(shown)).toEqual(sorted(made.map((key) => `${key.pk} / ${key.sk}`)));
  });

  it('says of each function what lib/functions.ts grants it', () => {
    const granted = Object.entries(functionSpecs).flatMap(([entry, spec]) =>
      (('table' in spec ? spec.table : []) as readonly TableAccess[]).flatMap(({ actions, partitions }) =>
        actions.flatMap((action) => partitions.map((one) => `${entry.split('/')[1]}: ${action} ${one}`)),
      ),
    );
    const prefix = (partition: string) => partition.replace(/#.*/, '#*');
    const shown = rows.flatMap((row) =>
      // A command has the permissions of whoever runs it.
      names(row.by)
        .filter((name) => !name.startsWith('`npm run'))
        .flatMap((name) =>
          codesIn(row['pk / sk']?.split(' / ')[0]).map((pk) => `${name}: ${row.operation} ${prefix(pk)}`),
        ),
    );
    expect(sorted(shown)).toEqual(sorted(granted));
  });
});

describe('the wire', () => {
  it('lists every route', () => {
    const shown = rowsBelow(http, 'Requests')
      .flatMap((row) => Object.values(row).flatMap(codesIn))
      .filter((code) => /^(?:DELETE|GET|PATCH|POST|PUT) /.test(code))
      .map((code) => code.replace(/\/$/, ''));
    const routed = routesWith({ apiDocs: true, verifyEmail: 'optional' })
      .filter(({ path, method }) => !path.endsWith('/{proxy+}') && method !== 'HEAD')
      .map(({ method, path }) => `${method} ${path.replace('+}', '}')}`);
    expect(sorted(shown)).toEqual(sorted(routed));
    expect(sentencesOf(http)).toContain('Every `GET` route also answers `HEAD`');
  });

  it('lists every code of a problem with its status', () => {
    class Coded extends ParleyError {
      readonly code: string;
      constructor(code: string) {
        super();
        this.code = code;
      }
    }
    const shown = rowsBelow(http, 'HTTP errors');
    expect(shown.map(({ code, status }) => [codesIn(code)[0], Number(status)])).toEqual(
      shown.map(({ code }) => [codesIn(code)[0], problemReply(new Coded(codesIn(code)[0] ?? '')).statusCode]),
    );
    expect(sorted(shown.flatMap(({ code }) => codesIn(code)))).toEqual(
      sorted(DOCUMENT.components.schemas.ProblemCode.enum),
    );
  });

  it('says which role has which right', () => {
    const shown = rowsBelow(http, 'Groups').filter((row) => 'right' in row);
    const known = Object.entries(RIGHTS).map(([right, roles]: [string, readonly string[]]) => [
      right,
      ...ROLES.map((role) => (roles.includes(role) ? 'yes' : 'no')),
    ]);
    expect(shown.map((row) => [codesIn(row.right)[0], ...ROLES.map((role) => row[`\`${role}\``])])).toEqual(
      known,
    );
  });

  it('lists every action with its fields', () => {
    const shown = rowsBelow(sockets, "A device's socket");
    const fields = (cell = '') => codesIn(cell).filter((code) => /^\w+\??$/.test(code));
    const known = Object.entries(actionSchemas).map(([action, schema]) => {
      const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
      // Exactly one of these two is required. The table joins them by "or".
      const isRequired = (name: string) => [...required, 'to', 'conversation'].includes(name);
      return [action, Object.keys(properties).map((name) => (isRequired(name) ? name : `${name}?`))];
    });
    expect(shown.map((row) => [codesIn(row.action)[0], fields(row.fields)])).toEqual(known);
  });

  it.each(['device', 'conversation'] as const)(
    'lists every code of an error frame on a %s’s socket',
    (socket) => {
      const { DeviceErrorCode, ConversationErrorCode } = SOCKET_DOCUMENT.components.schemas;
      const known = { device: DeviceErrorCode, conversation: ConversationErrorCode }[socket].enum;
      const shown = rowsBelow(sockets, 'Errors on sockets').filter(
        ({ on }) => on === 'both' || on === socket,
      );
      expect(sorted(shown.flatMap(({ code }) => codesIn(code)))).toEqual(sorted(known));
    },
  );

  it('shows a frame with the fields that it has', () => {
    const shown = blocksOf(sockets, 'json').map((block) => JSON.parse(block));
    const message = { id: '', conversation: '', seq: 1, senderId: '', text: '', read: 0, createdAt: '' };
    expect(shown.map(Object.keys)).toEqual([Object.keys(messageFrame(message, 'ada', 'others'))]);
  });
});

describe('the configuration', () => {
  it('is what lib/settings.ts reads, with its defaults', () => {
    const asked: string[] = [];
    const nothing = { tryGetContext: (name: string) => void asked.push(name) };
    const defaults = readSettings(nothing as unknown as Node);
    const { stage, domain, ...rest } = defaults;
    const shown = rowsBelow(configuration, 'Deploy-time settings');
    expect(shown.map(({ context }) => codesIn(context)[0])).toEqual(asked);
    expect(
      shown.map((row) => (row.default === 'none' ? [] : (codesIn(row.default)[0] ?? numberIn(row.default)))),
    ).toEqual(
      Object.values({
        ...{ stage, limits: 'on', domain: [], certificate: [], ...rest },
        ...{
          protect: 'false',
          apiDocs: 'on',
          tracing: 'off',
          signUp: 'on',
          bareApis: 'off',
          breachCheck: 'off',
        },
        ...{ mailFrom: [], siteUrl: [], requestsPerAddress: [], webAcl: [], editMinutes: [] },
      }),
    );
    const { protect, apiDocs, tracing, signUp, bareApis } = defaults;
    expect([protect, apiDocs, tracing, signUp, bareApis]).toEqual([false, true, false, true, false]);
    expect(domain).toBeUndefined();
    for (const name of ['mailFrom', 'siteUrl', 'requestsPerAddress', 'webAcl', 'editMinutes'] as const)
      expect(defaults[name]).toBeUndefined();
  });

  it('has the options and variables that npm start knows', () => {
    const shown = rowsBelow(configuration, 'Local options').flatMap(({ option }) => codesIn(option));
    const known = [...usageText.matchAll(/^ {2}(--\w+|\w+(?==))/gm)].map(([, name]) => name as string);
    expect(sorted(shown)).toEqual(sorted(known));
    const port = rowsBelow(configuration, 'Local options').find(({ option }) => option === '`PORT`');
    expect(readCommand([], {})).toEqual({
      port: numberIn(port?.default),
      memory: false,
      hosts: [],
      watch: false,
      context: {},
      ignoredTypes: [],
      assume: [],
      help: false,
    });
    const withValue = ['--context', '--limits', '--assembly', '--ignore', '--assume'];
    const flags = shown.filter((name) => name.startsWith('--') && !withValue.includes(name));
    expect(Object.values(readCommand(flags, {}))).not.toContain(false);
    const given = ['--context', 'origins=http://localhost:5173', '-c', 'floodMessages=5'];
    expect(readCommand(given, {}).context).toEqual({
      origins: 'http://localhost:5173',
      floodMessages: '5',
    });
    expect(readCommand([], { HOSTS: 'chat.example, Tunnel.example' }).hosts).toEqual([
      'chat.example',
      'tunnel.example',
    ]);
    expect(readCommand(['--limits', 'off'], {}).context).toEqual({ limits: 'off' });
    expect(() => readCommand(['-c', 'origins'], {})).toThrow('-c must be name=value');
  });

  it('lists what the local runtime can assume', () => {
    const shown = rowsBelow(pageAt('docs/local-runtime.md'), 'What it assumes').map(
      ({ '`--assume`': name, AWS: aws, 'by default': byDefault, 'with it': assumed }) => [
        codesIn(name)[0],
        { aws, byDefault, assumed },
      ],
    );
    expect(shown).toEqual(Object.entries(assumptions));
  });

  it('has the variables of functions/runtime/config.ts, and says which functions get them', () => {
    const nothing = { tryGetContext: () => undefined } as unknown as Node;
    const props = {
      settings: readSettings(nothing),
      tableName: '',
      signingSecretArn: '',
      siteSecret: undefined,
      webSocketStage: '',
    };
    const functions = Object.entries(functionSpecs).map(([entry, spec]) => ({
      name: entry.slice(entry.indexOf('/') + 1),
      environment: environmentOf(entry as Entry, spec, props),
    }));
    const known = Object.entries(variables).map(([name, { type, meaning }]) => [
      name,
      type,
      sorted(functions.filter(({ environment }) => name in environment).map((one) => one.name)),
      meaning,
    ]);

    const everyName = functions.map(({ name }) => name);
    /** `all`, `all but a, b`, or `a, b`. */
    const named = (cell = '') => {
      const [, all, names = ''] = /^(all)?(?: but )?(.*)$/.exec(cell) ?? [];
      const listed = names.split(', ').filter((name) => name !== '');
      return sorted(all ? everyName.filter((name) => !listed.includes(name)) : listed);
    };
    const shown = rowsBelow(configuration, "The functions' variables").map((row) => [
      codesIn(row.variable)[0],
      row.type,
      named(row['functions that get it']),
      row.meaning?.replaceAll('`', ''),
    ]);
    expect(shown).toEqual(known);
  });
});

describe('the limits', () => {
  const limits = rowsBelow(configuration, 'Limits');
  const limit = (name: string) => numberIn(limits.find((row) => row.limit?.startsWith(name))?.value);
  const socketLimits = SOCKET_DOCUMENT['x-limits'];
  const { properties } = z.toJSONSchema(registerRequest, { io: 'input' }) as unknown as {
    properties: Record<string, { maxLength: number }>;
  };

  it.each([
    ['characters of a message', MAX_MESSAGE_LENGTH],
    ['bytes of a request body', MAX_BODY_BYTES],
    ['bytes of a request body with a message', MAX_MESSAGE_BODY_BYTES],
    ['characters of a password, at least', MIN_PASSWORD_LENGTH],
    ['characters of a password, at most', MAX_PASSWORD_LENGTH],
    ['characters of a username or name', properties.username?.maxLength],
    ['characters of a username or name', properties.first_name?.maxLength],
    ['characters of an e-mail address', properties.email?.maxLength],
    ['default page', DEFAULT_LIMIT],
    ['largest page', MAX_LIMIT],
    ['largest `offset` into the list of users', MAX_OFFSET],
    ['bytes of a page of an export', PAGE_BYTES],
    ['messages in a page of an export', PAGE_MESSAGES],
    ['security events in a page of an export', PAGE_EVENTS],
    ['reports in a page of an export', PAGE_REPORTS],
    ['days that security events are kept', KEPT_DAYS],
    ['conversations in a page of an export', PAGE_CONVERSATIONS],
    ["characters of an issuer's token", MAX_SUBJECT_TOKEN_LENGTH],
    ['messages searched for an earlier try, with `after`', RETRY_REACH],
    ['messages searched for an earlier try, without `after`', RECENT_MESSAGES],
    ['characters of a message preview in the inbox', [...preview('x'.repeat(MAX_MESSAGE_LENGTH))].length],
    ['conversations in a `sync`', MAX_SYNCED],
    ['messages in a page of `sync`', socketLimits.synced_messages_per_page],
    ['missed changes of a conversation', RESET_BEHIND],
    ['users that a device may watch', MAX_WATCHED],
    ['messages in a frame', MAX_MESSAGES],
    ['bytes of the texts in a frame with several messages', MAX_MESSAGES_BYTES],
    ['members of a group at a time', MAX_MEMBERS],
    ['members of a group besides its creator when it is created', MAX_FIRST_MEMBERS],
    ['groups of a user at a time', MAX_GROUPS],
    ['people in a group in all its life', MAX_NUMBERS],
    ['characters of the title of a group', DOCUMENT.components.schemas.NewGroup.properties.title.maxLength],
    ['seconds between delivery receipts', RECEIVED_EVERY_MS / 1000],
    ['seconds between `typing`', socketLimits.typing_forwarded_every_seconds],
    ['seconds that `typing` is shown', TYPING_SECONDS],
    ['minutes that a link to a new password works', LINK_SECONDS.reset / 60],
    ['hours that a link works that confirms', LINK_SECONDS.verify / 3600],
    ['hours that a socket may live', CONNECTION_SECONDS / 3600],
  ])('%s: %d', (name, value) => {
    expect(limit(name)).toBe(value);
  });

  it('characters of `ref`', () => {
    const read = (length: number) => readRef({ ref: 'x'.repeat(length) });
    expect(read(limit('characters of `ref`'))).toBeDefined();
    expect(() => read(limit('characters of `ref`') + 1)).toThrow();
  });

  it('messages of one sender within some seconds', () => {
    const defaults = readSettings({ tryGetContext: () => undefined } as unknown as Node);
    const row = limits.find((one) => one.limit?.startsWith('messages of one sender')) as Row;
    expect(numberIn(row.value)).toBe(defaults.floodMessages);
    expect(numberIn(row.limit)).toBe(defaults.floodSeconds);
  });

  it('wrong passwords and exchanges within a minute', () => {
    const { wrongPasswords, exchanges, mails } = readSettings({
      tryGetContext: () => undefined,
    } as unknown as Node);
    expect(limit('wrong passwords per e-mail in a minute')).toBe(wrongPasswords);
    expect(limit("exchanges of issuers' tokens of an account in a minute")).toBe(exchanges);
    expect(limit('mails to an e-mail address in an hour')).toBe((mails * 3_600) / MAIL_SECONDS);
    for (const path of ['/users/password/reset', '/users/me/email/verification'])
      expect(DOCUMENT.paths[path].post.description).toContain(`at most ${mails} mails an hour`);
    expect([GUESS_SECONDS, EXCHANGE_SECONDS]).toEqual([60, 60]);
  });

  it('work of an account in a minute', () => {
    const { workPerMinute } = readSettings({ tryGetContext: () => undefined } as unknown as Node);
    expect(limit('work of an account in a minute, as a number of messages')).toBe(workPerMinute);
    for (const page of ['openapi.yaml', 'asyncapi.yaml']) {
      expect(readFileSync(page, 'utf8')).toContain(`as much work as ${workPerMinute} messages in a minute`);
    }
    expect(sentencesOf(pageAt('docs/costs.md'))).toContain(
      `as much as ${workPerMinute.toLocaleString('en-US')} messages`,
    );
  });

  it('open sockets of an account', () => {
    const { socketsPerAccount } = readSettings({ tryGetContext: () => undefined } as unknown as Node);
    expect(limit('open sockets of an account')).toBe(socketsPerAccount);
  });

  it('sessions of an account', () => {
    expect(limit('sessions of an account')).toBe(MAX_SESSIONS);
    expect(DOCUMENT.paths['/users/me/sessions'].get.description).toContain(`at most ${MAX_SESSIONS}:`);
    for (const page of ['protocol-http', 'security'])
      expect(sentencesOf(pageAt(`docs/${page}.md`))).toContain(`at most ${MAX_SESSIONS} sessions`);
  });

  it('members of a group', () => {
    const { NewGroup, GroupConversation, GroupEvent } = DOCUMENT.components.schemas;
    expect(NewGroup.properties.members.maxItems).toBe(MAX_FIRST_MEMBERS);
    expect(GroupConversation.properties.members.maxItems).toBe(MAX_MEMBERS);
    expect(GroupConversation.properties.former.maxItems).toBe(MAX_NUMBERS - 1);
    expect(GroupEvent.properties.users.maxItems).toBe(MAX_FIRST_MEMBERS + 1);
    expect(DOCUMENT.info.description).toContain(`up to ${MAX_MEMBERS} members`);
    expect(SOCKET_DOCUMENT.info.description).toContain(`up to ${MAX_MEMBERS} members`);
    expect(sentencesOf(http)).toContain(
      `up to ${MAX_MEMBERS} members at a time, and up to ${MAX_NUMBERS} in all its life`,
    );
    expect(sentencesOf(pageAt('README.md'))).toContain(`of up to ${MAX_MEMBERS} members`);
  });

  it('how many common passwords there are', () => {
    const named = /not among the ([\d,]+) most used/.exec(sentencesOf(pageAt('docs/security.md')));
    expect(numberIn(named?.[1])).toBe(commonPasswords.length);
  });
});
