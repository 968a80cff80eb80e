import { beforeEach, describe, expect, it } from 'vitest';
import { accountOf } from '../../../../functions/core/issuers/account-of.ts';
import type { ExternalUser } from '../../../../functions/core/issuers/issuer.ts';
import {
  accountStore,
  credentialStore,
  profileEditor,
  profileStore,
} from '../../../../functions/storage/accounts.ts';
import { identityStore } from '../../../../functions/storage/identities.ts';
import { type MemoryTable, memoryTable } from '../../../support/memory-table.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { alice, countingIds, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const ADA: ExternalUser = {
  issuer: 'https://login.example',
  subject: 'ada',
  username: 'ada',
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'Ada@example.com',
};

let memory: MemoryTable;
let dependencies: Parameters<typeof accountOf>[0];
let clock: ReturnType<typeof frozenClock>;
let noted: ReturnType<typeof noting>;

beforeEach(() => {
  memory = memoryTable();
  clock = frozenClock();
  noted = noting();
  const { table } = memory;
  dependencies = {
    identities: identityStore(table),
    profiles: { ...profileStore(table), ...profileEditor(table) },
    exchanges: 20,
    audit: noted.audit,
    newId: countingIds(100),
    now: clock.now,
  };
});

const enter = (changes: Partial<ExternalUser> = {}) => accountOf(dependencies, { ...ADA, ...changes });
const profileOf = (userId: string) => profileStore(memory.table).profileOf(userId);
const item = (pk: string, sk: string) => memory.state.get({ pk, sk });

/** Runs all that a command writes, but loses its answer. */
const written = () => memory.commands.filter((name) => !/^(Get|Query|BatchGet)$/.test(name));

describe('a user of another issuer', () => {
  it('is noted at first sight, and when an exchange is refused', async () => {
    const { id: userId } = await enter();
    for (let i = 0; i < 21; i += 1) await enter().catch(() => {});
    clock.pass(61_000);
    memory.state.set(
      { pk: `USER#${userId}`, sk: 'PROFILE' },
      {
        ...{ pk: `USER#${userId}`, sk: 'PROFILE', id: userId, deletedAt: 'x' },
      },
    );
    await enter().catch(() => {});
    expect(noted.events).toEqual([
      `registered of ${userId}`,
      `exchange_limited of ${userId}`,
      `exchange_refused of ${userId}`,
    ]);
  });

  it('gets an account at first sight, with claims on identity, username and address', async () => {
    const account = {
      id: id(100),
      email: 'Ada@example.com',
      username: 'ada',
      firstName: 'Ada',
      lastName: 'Lovelace',
      staff: false,
      createdAt: NOON,
      issuer: 'https://login.example',
    };
    expect(await enter()).toEqual(account);
    expect(await profileOf(id(100))).toEqual(account);
    expect(item('IDENTITY#https://login.example ada', 'ACCOUNT')).toMatchObject({ userId: id(100) });
    expect(item('EMAIL#ada@example.com', 'CREDENTIALS')).toEqual({
      pk: 'EMAIL#ada@example.com',
      sk: 'CREDENTIALS',
      userId: id(100),
    });
    expect(item('DIRECTORY#USERS', 'NAME#ada')).toMatchObject({ id: id(100), username: 'ada' });
  });

  it('gets one without names and address if the issuer says none', async () => {
    const nobody = { firstName: undefined, lastName: undefined, email: undefined };
    expect(await enter(nobody)).toMatchObject({ firstName: '', lastName: '', email: undefined });
    expect(await profileOf(id(100))).toMatchObject({ firstName: '', email: undefined });
  });

  it('is the same one next time, and nothing but the count is written', async () => {
    await enter();
    memory.commands.length = 0;
    expect(await enter()).toEqual(await profileOf(id(100)));
    expect(written()).toEqual(['Update']);
  });

  it('is another one at another issuer, and with another subject', async () => {
    await enter();
    expect((await enter({ issuer: 'https://other.example' })).id).toBe(id(101));
    const third = await enter({ subject: 'ADA' });
    expect(new Set([id(100), id(101), third.id]).size).toBe(3);
  });

  it('is one, however many exchanges come at once', async () => {
    const entered = await Promise.all(Array.from({ length: 10 }, () => enter()));
    expect(new Set(entered.map((account) => account.id)).size).toBe(1);
    expect((await profileOf(entered[0]?.id ?? ''))?.username).toBe('ada');
  });

  it('whose account was deleted gets no other one', async () => {
    const { id: userId } = await enter();
    memory.state.set({ pk: `USER#${userId}`, sk: 'PROFILE' }, undefined);
    expect(await rejection(enter())).toEqual({ code: 'subject_token_invalid' });
  });

  it('whose account is suspended is refused, which is noted', async () => {
    const { id: userId } = await enter();
    const key = { pk: `USER#${userId}`, sk: 'PROFILE' };
    memory.store({ ...memory.state.get(key), suspendedAt: NOON });
    expect(await rejection(enter({ firstName: 'Augusta' }))).toEqual({ code: 'account_suspended' });
    expect(await profileOf(userId)).toMatchObject({ firstName: 'Ada' });
    expect(noted.events.at(-1)).toBe(`exchange_refused of ${userId}`);
  });

  it('may exchange 20 tokens in a minute', async () => {
    await enter();
    for (let i = 0; i < 20; i += 1) await enter();
    clock.pass(15_000);
    expect(await rejection(enter())).toEqual({ code: 'rate_limited', retryAfter: 45 });
    clock.pass(45_000);
    await enter();
  });
});

describe('an account that exists', () => {
  const own = () => accountStore(memory.table).create({ ...alice, username: 'ada' }, 'hash');

  it('is never joined, by its username or by its address', async () => {
    await own();
    const entered = await enter({ email: 'ALICE@example.org', username: 'ADA' });
    expect(entered).toMatchObject({ id: id(100), email: undefined });
    expect(entered.username).toMatch(/^ADA-0101$/);
    expect(await profileOf(alice.id)).toMatchObject({ username: 'ada', email: alice.email });
    expect(await credentialStore(memory.table).credentialsOf('alice@example.org')).toMatchObject({
      userId: alice.id,
      passwordHash: 'hash',
    });
  });

  it('keeps its address when an issuer says later that it is somebody else’s', async () => {
    await own();
    await enter();
    expect(await enter({ email: 'alice@example.org' })).toMatchObject({ email: 'Ada@example.com' });
    expect(item('EMAIL#alice@example.org', 'CREDENTIALS')).toMatchObject({
      userId: alice.id,
      passwordHash: 'hash',
    });
    expect(item('EMAIL#ada@example.com', 'CREDENTIALS')).toMatchObject({ userId: id(100) });
  });

  it('of another issuer has no password: its address logs nobody in', async () => {
    await enter();
    expect(await credentialStore(memory.table).credentialsOf('ada@example.com')).toBeUndefined();
  });

  it('with one name gives the others names with longer and longer suffixes, and at last gives up', async () => {
    for (const username of ['ada', 'ada-0101', 'ada-000102', 'ada-00000103']) {
      memory.store({ pk: `NAME#${username}`, sk: 'NAME', userId: alice.id });
    }
    expect(await rejection(enter())).toEqual({ code: 'busy', retryAfter: 1 });
    expect(item('IDENTITY#https://login.example ada', 'ACCOUNT')).toBeUndefined();
  });
});

describe('the claims of a later token', () => {
  it('change names and address, and free the former address', async () => {
    const { id: userId } = await enter();
    const changed = { firstName: 'Augusta', lastName: 'King', email: 'king@example.com' };
    expect(await enter({ ...changed, username: 'king' })).toMatchObject({ ...changed, username: 'ada' });
    expect(await profileOf(userId)).toMatchObject({ ...changed, username: 'ada' });
    expect(item('EMAIL#ada@example.com', 'CREDENTIALS')).toBeUndefined();
    expect(item('EMAIL#king@example.com', 'CREDENTIALS')).toMatchObject({ userId });
  });

  it('change only the spelling of an address, which stays claimed', async () => {
    const { id: userId } = await enter();
    expect(await enter({ email: 'ada@example.com' })).toMatchObject({ email: 'ada@example.com' });
    expect((await profileOf(userId))?.email).toBe('ada@example.com');
    expect(item('EMAIL#ada@example.com', 'CREDENTIALS')).toMatchObject({ userId });
  });

  it('change nothing where they are missing', async () => {
    const before = await enter();
    memory.commands.length = 0;
    expect(await enter({ firstName: undefined, lastName: undefined, email: undefined })).toEqual(before);
    expect(written()).toEqual(['Update']);
  });

  it('give an address to an account that had none', async () => {
    const { id: userId } = await enter({ email: undefined });
    expect(await enter()).toMatchObject({ id: userId, email: 'Ada@example.com' });
    expect((await profileOf(userId))?.email).toBe('Ada@example.com');
  });

  it('of two at once leave one address claimed, the one that the profile has', async () => {
    const { id: userId } = await enter();
    await Promise.all([enter({ email: 'one@example.com' }), enter({ email: 'two@example.com' })]);
    const email = (await profileOf(userId))?.email;
    expect(['one@example.com', 'two@example.com']).toContain(email);
    const claimed = ['ada', 'one', 'two'].filter((name) => item(`EMAIL#${name}@example.com`, 'CREDENTIALS'));
    expect(claimed.map((name) => `${name}@example.com`)).toEqual([email]);
  });
});
