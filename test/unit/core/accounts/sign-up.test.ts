import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deleteAccount } from '../../../../functions/core/accounts/delete-account.ts';
import { ANSWER_MS } from '../../../../functions/core/accounts/links.ts';
import type { Registration } from '../../../../functions/core/accounts/register.ts';
import { confirmSignUp, requestSignUp } from '../../../../functions/core/accounts/sign-up.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import { logIn } from '../../../../functions/core/sessions/log-in-and-out.ts';
import { accountRemover, accountStore } from '../../../../functions/storage/accounts.ts';
import { signUpStore } from '../../../../functions/storage/sign-ups.ts';
import { Killed, memoryTable } from '../../../support/memory-table.ts';
import type { State } from '../../../support/table/state.ts';
import { frozenClock } from '../../support/clock.ts';
import { mailing } from '../../support/mailing.ts';
import { noting } from '../../support/noted.ts';
import { overTable } from '../../support/password-check.ts';
import { alice, countingIds, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { PHONE } from '../../support/sessions.ts';

const PASSWORD = 'through the looking-glass';
const STRANGERS = 'the hunting of the snark';
const INVALID = { code: 'link_invalid' };
const HOUR_MS = 60 * 60_000;

const CAROL: Registration = {
  email: 'carol@example.org',
  username: 'carol',
  firstName: 'Carol',
  lastName: 'Danvers',
  password: PASSWORD,
  passwordAgain: PASSWORD,
};

const itemsIn = (state: State) => state.partitionKeys().flatMap((pk) => state.partition(pk));

/** A table in memory where Alice has an account. Hashes can be read. */
async function signUps() {
  const memory = memoryTable();
  const { table } = memory;
  const clock = frozenClock();
  const mailed = mailing(table, clock);
  const { mails, failures } = mailed;
  const noted = noting();
  const dependencies = {
    ...overTable(table, { audit: noted.audit, now: clock.now }),
    newId: countingIds(100),
    passwords: {
      verify: async (password: string, hash: string) => hash === `hash of ${password}`,
      hash: async (password: string) => `hash of ${password}`,
      isOutdated: () => false,
    },
    accounts: accountRemover(table),
    signUps: signUpStore(table),
    ...mailed.dependencies,
  };
  await accountStore(table).create(alice, `hash of ${STRANGERS}`);
  const timed = () => ({ ...dependencies, wait: clock.wait });
  const ask = (change: Partial<Registration> = {}) => requestSignUp(timed(), { ...CAROL, ...change });
  return {
    ...memory,
    clock,
    mails,
    failures,
    noted: noted.events,
    dependencies,
    timed,
    ask,
    link: async (change: Partial<Registration> = {}) => {
      await ask(change);
      return /#\/sign-up\/(\S+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
    },
    confirm: (token: string, password = PASSWORD) => confirmSignUp(dependencies, { token, password }),
    enter: (email = CAROL.email, password = PASSWORD) => logIn(dependencies, { email, password }, PHONE),
  };
}

describe('a sign-up whose address must be verified', () => {
  it('mails a link, and leaves no account, no claim and no secret before it is used', async () => {
    const { link, mails, state, enter, dependencies, noted, clock } = await signUps();
    const token = await link();
    expect(mails).toEqual([expect.objectContaining({ to: CAROL.email, subject: 'Confirm your sign-up' })]);
    const { signUps: store } = dependencies;
    expect(await store.takenOf(CAROL, clock.now())).toEqual([]);
    expect(await rejection(enter())).toEqual({ code: 'wrong_credentials' });
    expect(noted).toEqual(['wrong_password of nobody']);
    const [, secret = 'none'] = token.split('.');
    expect(JSON.stringify(itemsIn(state))).not.toContain(secret);
  });

  it('becomes an account with a verified address by the link and the password', async () => {
    const { link, confirm, enter, dependencies, noted, state } = await signUps();
    const account = await confirm(await link());
    expect(account).toMatchObject({
      id: id(100),
      email: CAROL.email,
      username: 'carol',
      firstName: 'Carol',
      staff: false,
    });
    expect(await dependencies.profiles.profileOf(id(100))).toEqual({
      ...account,
      suspendedAt: undefined,
      issuer: undefined,
    });
    expect(account.emailVerifiedAt).toBe('2026-11-23T12:00:01.500Z');
    expect(noted).toEqual([`registered of ${id(100)}`]);
    await enter();
    const left = itemsIn(state).filter(({ pk }) => String(pk).startsWith('PENDING#'));
    expect(left).toHaveLength(1);
    expect(left[0]).not.toHaveProperty('passwordHash');
  });

  it('of an address that has an account takes as long, and the owner gets a mail without a token', async () => {
    const answers = [];
    for (const email of [CAROL.email, 'ALICE@example.org']) {
      const { ask, mails, clock, commands } = await signUps();
      commands.length = 0;
      answers.push([await ask({ email }), clock.waits, commands.filter((name) => name !== 'Put')]);
      expect(mails.map(({ to, text }) => [to, /https:\S+\/#?/.exec(text)?.[0]])).toEqual([
        [email, email === CAROL.email ? 'https://chat.example/#/sign-up/' : 'https://chat.example/'],
      ]);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]?.[1]).toEqual([ANSWER_MS]);
  });

  it('is answered alike if its mail or its link fails', async () => {
    const { timed, failures, clock } = await signUps();
    const dependencies = timed();
    const down = async () => {
      throw new Unavailable();
    };
    await requestSignUp({ ...dependencies, mailer: { send: down } }, CAROL);
    await requestSignUp({ ...dependencies, signUps: { ...dependencies.signUps, add: down } }, CAROL);
    await requestSignUp(
      { ...dependencies, mailer: { send: down } },
      { ...CAROL, email: 'alice@example.org' },
    );
    expect([failures.length, clock.waits]).toEqual([3, [ANSWER_MS, ANSWER_MS, ANSWER_MS]]);
  });

  it.each([CAROL.email, 'alice@example.org'])('of %s gets five mails an hour at most', async (email) => {
    const { ask, mails, clock } = await signUps();
    const many = await Promise.allSettled(Array.from({ length: 30 }, () => ask({ email })));
    expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(mails).toHaveLength(5);
    expect(await rejection(ask({ email: email.toUpperCase() }))).toMatchObject({ code: 'too_many_mails' });
    clock.pass(HOUR_MS + 60_000);
    await ask({ email });
  });

  it.each([
    [{ password: 'short', passwordAgain: 'short' }, ['password']],
    [{ passwordAgain: 'another one' }, ['password2']],
    [{ username: 'ALICE' }, ['username']],
    [{ email: 'alice@example.org', username: 'Alice' }, ['username']],
  ])('with %j is refused at once, and gets no mail', async (change, fields) => {
    const { ask, mails, clock } = await signUps();
    const refused = await rejection(ask(change));
    expect(Object.keys((refused as { errors: object }).errors)).toEqual(fields);
    expect([mails, clock.waits]).toEqual([[], []]);
  });
});

describe('the link of a sign-up', () => {
  it('needs the password, so that nobody gets an account whose password a stranger chose', async () => {
    const { link, confirm, enter, noted } = await signUps();
    const token = await link({ password: STRANGERS, passwordAgain: STRANGERS });
    expect(await rejection(confirm(token, 'what I would choose'))).toEqual({ code: 'wrong_password' });
    expect(await rejection(enter(CAROL.email, STRANGERS))).toEqual({ code: 'wrong_credentials' });
    expect(noted).toEqual(['wrong_password of nobody', 'wrong_password of nobody']);
    await confirm(token, STRANGERS);
  });

  it('takes ten wrong passwords a minute, of which guesses at the log-in are none', async () => {
    const { link, confirm, enter, clock } = await signUps();
    const token = await link();
    for (let i = 0; i < 11; i += 1) await rejection(enter(CAROL.email, 'a guess'));
    const tries = await Promise.all(Array.from({ length: 30 }, () => rejection(confirm(token, 'a guess'))));
    const codes = tries.map((refusal) => (refusal as { code: string }).code);
    expect(codes.filter((code) => code === 'wrong_password')).toHaveLength(10);
    expect(await rejection(confirm(token))).toMatchObject({ code: 'too_many_attempts' });
    clock.pass(HOUR_MS);
    await confirm(token);
  });

  it('works for 24 hours', async () => {
    const { link, confirm, clock } = await signUps();
    const first = await link();
    clock.pass(ANSWER_MS);
    const second = await link({ email: 'dora@example.org', username: 'dora' });
    // The time runs from the mail. Both requests took their time to answer.
    clock.pass(24 * HOUR_MS - ANSWER_MS - 1_000);
    await confirm(second);
    expect(await rejection(confirm(first))).toEqual(INVALID);
  });

  it('gives the same answer when it is sent again, to the same password alone', async () => {
    const { link, confirm, noted } = await signUps();
    const token = await link();
    const account = await confirm(token);
    expect(await confirm(token)).toMatchObject({ id: account.id });
    expect(await rejection(confirm(token, 'a guess'))).toEqual(INVALID);
    expect(noted.filter((event) => event.startsWith('registered'))).toHaveLength(1);
  });

  it('does not make a deleted account again', async () => {
    const { link, confirm, dependencies, enter } = await signUps();
    const token = await link();
    const { id: userId } = await confirm(token);
    const session = { userId, sessionId: id(7) };
    await deleteAccount(dependencies, session as never, PASSWORD);
    expect(await rejection(confirm(token))).toEqual(INVALID);
    expect(await rejection(enter())).toEqual({ code: 'wrong_credentials' });
  });

  it('tries nothing at another account that has the address after a deletion, and leaves no trace in its log', async () => {
    const { link, confirm, dependencies, noted } = await signUps();
    const token = await link();
    const { id: former } = await confirm(token);
    await deleteAccount(dependencies, { userId: former, sessionId: id(7) } as never, PASSWORD);
    const { id: present } = await confirm(await link({ username: 'carol2' }));
    for (const guess of [...Array(9).fill('a guess'), PASSWORD])
      expect(await rejection(confirm(token, guess))).toEqual(INVALID);
    // The right guess is no better than a wrong one: all ten count.
    expect(await rejection(confirm(token))).toMatchObject({ code: 'too_many_attempts' });
    expect(noted.filter((event) => event.endsWith(present))).toEqual([`registered of ${present}`]);
  });

  it('is void once another sign-up has the address, and says which name is taken', async () => {
    const { link, confirm } = await signUps();
    const first = await link();
    const sameAddress = await link({ username: 'carol2' });
    const sameName = await link({ email: 'dora@example.org', username: 'CAROL' });
    await confirm(first);
    expect(await rejection(confirm(sameAddress))).toEqual(INVALID);
    expect(await rejection(confirm(sameName))).toMatchObject({
      code: 'validation_failed',
      errors: { username: [expect.any(String)] },
    });
  });

  it('is no other one: not with another id, another secret, or of another kind', async () => {
    const { link, confirm } = await signUps();
    const [first, second] = [await link(), await link({ email: 'dora@example.org', username: 'dora' })];
    const [[one], [, other]] = [first.split('.'), second.split('.')];
    for (const wrong of [`${one}.${other}`, `${first}x`, one ?? '', `${alice.id}.${other}`, ''])
      expect(await rejection(confirm(wrong)), wrong).toEqual(INVALID);
  });

  it('used many times at once, in whatever order the steps come, makes one account', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { link, dependencies, confirm, enter, noted } = await signUps();
        const tokens = [await link(), await link({ username: 'carol2' })];
        const { signUps: store } = dependencies;
        dependencies.signUps = {
          ...store,
          find: scheduler.scheduleFunction(store.find),
          confirm: scheduler.scheduleFunction(store.confirm),
        };
        const done = Promise.allSettled([...tokens, ...tokens].map((token) => confirm(token)));
        await scheduler.waitFor(done);
        const made = (await done).flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
        expect([made.length, new Set(made).size]).toEqual([2, 1]);
        expect(noted.filter((event) => event.startsWith('registered'))).toHaveLength(1);
        await enter();
      }),
      { numRuns: 60 },
    );
  });

  it('that dies at any step is used again', async () => {
    for (let steps = 0; ; steps += 1) {
      const { link, confirm, enter, killAfter } = await signUps();
      const token = await link();
      killAfter(steps);
      const died = await confirm(token).catch((error: unknown) => error);
      killAfter(Number.POSITIVE_INFINITY);
      await confirm(token);
      await enter();
      if (!(died instanceof Killed)) break;
    }
  });
});
