import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { MAX_FAILURES, WINDOW_SECONDS } from '../../functions/core/accounts/check-password.ts';
import commonPasswords from '../../functions/core/accounts/common-passwords.json' with { type: 'json' };
import { MAX_OFFSET } from '../../functions/core/accounts/list-users.ts';
import {
  MAX_PASSWORD_BYTES,
  MIN_PASSWORD_LENGTH,
  passwordFaults,
} from '../../functions/core/accounts/password-policy.ts';
import { CONNECTION_SECONDS } from '../../functions/core/connections/connection.ts';
import {
  Busy,
  ClientIdConflict,
  ParleyError,
  TokenExpired,
  Unavailable,
} from '../../functions/core/errors.ts';
import { problemReply } from '../../functions/middleware/problem-details.ts';
import type { FrameFault } from '../../functions/protocol/errors.ts';
import { readFrame } from '../../functions/protocol/frames.ts';
import { MAX_BODY_BYTES } from '../../functions/protocol/json-body.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '../../functions/protocol/paging.ts';
import { registerRequest, tokenRequest } from '../../functions/protocol/requests.ts';
import { errorFrame, messageFrame } from '../../functions/protocol/server-frames.ts';
import { MAX_MESSAGE_LENGTH } from '../../functions/protocol/text.ts';
import * as keys from '../../functions/storage/keys.ts';
import { messageStore } from '../../functions/storage/messages.ts';
import { functionSpecs } from '../../lib/functions.ts';
import { httpRoutes } from '../../lib/routes.ts';
import { readSettings } from '../../lib/settings.ts';
import type { TableAccess } from '../../lib/table-access.ts';
import { readCommand, usageText } from '../../local/command-line.ts';
import { DOCUMENT } from './document.ts';
import { blocksOf, codesIn, numberIn, PAGES, type Page, rowsBelow } from './markdown.ts';

const readme = PAGES.find(({ path }) => path === 'README.md') as Page;
const localRuntime = PAGES.find(({ path }) => path === 'docs/local-runtime.md') as Page;
const sorted = (list: Iterable<string>) => [...new Set(list)].sort();

describe('the table of access patterns', () => {
  const rows = rowsBelow(readme, 'The table');
  const names = (cell = '') => cell.split(', ');

  it('has the keys that functions/storage/keys.ts makes', () => {
    const digits = /\d+$/;
    const { pk, sk } = keys.messageKey('<id a>.<id b>', 1);
    const made: readonly keys.Key[] = [
      keys.profileKey('<id>'),
      keys.sessionKey('<id>', '<session id>'),
      keys.connectionKey('<id>', '<connection id>'),
      keys.emailKey('<e-mail>'),
      keys.usernameKey('<username>'),
      keys.attemptsKey('<e-mail>'),
      ...(['users', 'everyone'] as const).flatMap((list) => [
        keys.directoryKey(list, '<username>'),
        keys.directoryCountKey(list),
      ]),
      { pk, sk: sk.replace(digits, `<${digits.exec(sk)?.[0].length} digits>`) },
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
      names(row.by).flatMap((name) =>
        codesIn(row['pk / sk']?.split(' / ')[0]).map((pk) => `${name}: ${row.operation} ${prefix(pk)}`),
      ),
    );
    expect(sorted(shown)).toEqual(sorted(granted));
  });
});

describe('the wire', () => {
  it('lists every route', () => {
    const shown = rowsBelow(readme, 'HTTP')
      .flatMap((row) => Object.values(row).flatMap(codesIn))
      .filter((code) => /^(?:GET|PATCH|POST) /.test(code))
      .map((code) => code.replace(/\/$/, ''));
    const routed = httpRoutes
      .filter(({ path }) => !path.endsWith('/{slash+}'))
      .map(({ method, path }) => `${method} ${path.replace('+}', '}')}`);
    expect(sorted(shown)).toEqual(sorted(routed));
  });

  it('lists every code of a problem with its status', () => {
    class Coded extends ParleyError {
      readonly code: string;
      constructor(code: string) {
        super();
        this.code = code;
      }
    }
    const shown = rowsBelow(readme, 'HTTP').filter(({ status }) => status !== undefined);
    expect(shown.map(({ code, status }) => [codesIn(code)[0], Number(status)])).toEqual(
      shown.map(({ code }) => [codesIn(code)[0], problemReply(new Coded(codesIn(code)[0] ?? '')).statusCode]),
    );
    expect(sorted(shown.flatMap(({ code }) => codesIn(code)))).toEqual(
      sorted(DOCUMENT.components.schemas.ProblemCode.enum),
    );
  });

  it('lists every code of an error frame', () => {
    // A Record, so that the compiler asks for a new one here.
    const frames: Record<Exclude<FrameFault, 'unknown_action'>, string | undefined> = {
      invalid_json: 'hello',
      not_an_object: '[]',
      binary_not_supported: undefined,
      message_missing: '{}',
      message_invalid: '{"message": 7}',
      message_blank: '{"message": " "}',
      message_too_long: JSON.stringify({ message: 'x'.repeat(MAX_MESSAGE_LENGTH + 1) }),
      ref_invalid: `{"message": "x", "ref": 7}`,
      client_id_invalid: '{"message": "x", "client_id": "7"}',
      after_invalid: '{"message": "x", "after": -1}',
    };
    for (const [code, body] of Object.entries(frames)) {
      expect(() => readFrame(body, body === undefined)).toThrow(expect.objectContaining({ code }));
    }
    const others = [ClientIdConflict, TokenExpired, Busy, Unavailable].map((type) => new type().code);
    const shown = rowsBelow(readme, 'Socket').flatMap(({ code }) => codesIn(code));
    expect(sorted(shown)).toEqual(sorted([...Object.keys(frames), 'unknown_action', ...others, 'internal']));
  });

  it('shows a frame with the fields that it has', () => {
    const shown = blocksOf(readme, 'json').map((block) => JSON.parse(block));
    const message = { id: '', conversation: '', seq: 1, senderId: '', text: '', createdAt: '' };
    expect(shown.map(Object.keys)).toEqual([Object.keys(messageFrame(message, 'ada'))]);
  });
});

describe('the session in two terminals', () => {
  it('sends what the requests take', () => {
    const bodies = blocksOf(readme, 'sh').flatMap((block) =>
      [...block.matchAll(/-d '(\{.*?\})'/gs)].map(([, body]) => JSON.parse(body as string)),
    );
    const [registrations, logins] = [true, false].map((is) =>
      bodies.filter((one) => 'password2' in one === is),
    );
    expect([registrations?.length, logins?.length]).toEqual([2, 2]);
    for (const one of registrations ?? []) {
      expect(z.safeParse(registerRequest, one).error).toBeUndefined();
      expect(passwordFaults(one.password, one.username)).toEqual([]);
      expect(logins).toContainEqual({ email: one.email, password: one.password });
    }
    for (const one of logins ?? []) expect(z.safeParse(tokenRequest, one).error).toBeUndefined();
  });

  it('types frames, and gets what is answered', () => {
    const lines = blocksOf(readme, 'text').flatMap((block) => block.split('\n'));
    const typed = lines.flatMap((line, i) => (line.startsWith('> ') ? [[line.slice(2), lines[i + 1]]] : []));
    expect(typed).toHaveLength(3);
    for (const [frame, answer = ''] of typed) {
      expect(JSON.parse(answer.slice(2))).toMatchObject(answerTo(frame));
    }
  });

  function answerTo(frame: string | undefined): object {
    try {
      return { type: 'chat.message', message: readFrame(frame, false).message };
    } catch (error) {
      return errorFrame(error as ParleyError);
    }
  }
});

describe('the configuration', () => {
  it('is what lib/settings.ts reads, with its defaults', () => {
    const asked: string[] = [];
    const nothing = { tryGetContext: (name: string) => void asked.push(name) };
    const defaults = readSettings(nothing as unknown as Parameters<typeof readSettings>[0]);
    const shown = rowsBelow(readme, 'Configuration').filter(({ context }) => context !== undefined);
    expect(shown.map(({ context }) => codesIn(context)[0])).toEqual(asked);
    expect(
      shown.map((row) => (row.default === 'none' ? [] : (codesIn(row.default)[0] ?? numberIn(row.default)))),
    ).toEqual(Object.values(defaults));
  });

  it.each([
    ['README.md', readme, 'Configuration'],
    ['docs/local-runtime.md', localRuntime, 'Options'],
  ])('has in %s the options and variables that npm start knows', (_path, page, heading) => {
    const shown = rowsBelow(page, heading).flatMap(({ option }) => codesIn(option));
    const known = [...usageText.matchAll(/^ {2}(--\w+|\w+(?==))/gm)].map(([, name]) => name as string);
    expect(sorted(shown)).toEqual(sorted(known));
    const port = rowsBelow(page, heading).find(({ option }) => option === '`PORT`');
    expect(readCommand([], {})).toEqual({
      port: numberIn(port?.default),
      memory: false,
      watch: false,
      help: false,
    });
    const flags = shown.filter((name) => name.startsWith('--'));
    expect(Object.values(readCommand(flags, {}))).not.toContain(false);
  });
});

describe('the limits', () => {
  const limits = rowsBelow(readme, 'Limits');
  const limit = (name: string) => numberIn(limits.find((row) => row.limit?.startsWith(name))?.value);
  const { properties } = z.toJSONSchema(registerRequest, { io: 'input' }) as unknown as {
    properties: Record<string, { maxLength: number }>;
  };

  it.each([
    ['characters of a message', MAX_MESSAGE_LENGTH],
    ['bytes of a request body', MAX_BODY_BYTES],
    ['characters of a password, at least', MIN_PASSWORD_LENGTH],
    ['bytes of a password, at most', MAX_PASSWORD_BYTES],
    ['characters of a username or name', properties.username?.maxLength],
    ['characters of a username or name', properties.first_name?.maxLength],
    ['characters of an e-mail address', properties.email?.maxLength],
    ['default page', DEFAULT_LIMIT],
    ['largest page', MAX_LIMIT],
    ['largest `offset` into the users', MAX_OFFSET],
    ['wrong passwords per e-mail in a minute', (MAX_FAILURES * 60) / WINDOW_SECONDS],
    ['hours that a socket may live', CONNECTION_SECONDS / 3600],
  ])('%s: %d', (name, value) => {
    expect(limit(name)).toBe(value);
  });

  it('characters of `ref`', () => {
    const frame = (length: number) => JSON.stringify({ message: 'x', ref: 'x'.repeat(length) });
    expect(readFrame(frame(limit('characters of `ref`')), false).ref).toBeDefined();
    expect(() => readFrame(frame(limit('characters of `ref`') + 1), false)).toThrow();
  });

  it('messages back that a retry is looked for', async () => {
    let asked: { Limit?: number } = {};
    const send = async ({ input }: { input: typeof asked }) => {
      asked = input;
      return {};
    };
    await messageStore({ client: { send } as unknown as DynamoDBDocumentClient, name: 't' }).since('c', 1);
    expect(asked.Limit).toBe(limit('messages back'));
  });

  it('how many common passwords there are', () => {
    expect(numberIn(/not among the ([\d,]+) most used/.exec(readme.text)?.[1])).toBe(commonPasswords.length);
  });
});

describe('what it costs', () => {
  it('adds up', () => {
    const rows = rowsBelow(readme, 'What it costs');
    const amounts = rows.slice(0, -1).map((row) => {
      const amount = numberIn(row['how much']) * numberIn(row.price);
      expect(numberIn(row.USD)).toBeCloseTo(amount, 3);
      return amount;
    });
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    expect(numberIn(rows.at(-1)?.USD)).toBeCloseTo(total, 3);
  });
});
