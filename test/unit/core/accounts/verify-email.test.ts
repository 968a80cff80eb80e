import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../functions/core/accounts/account.ts';
import {
  isEmailVerified,
  sendVerification,
  verifyEmail,
} from '../../../../functions/core/accounts/verify-email.ts';
import { accountStore, profileStore } from '../../../../functions/storage/accounts.ts';
import { identityStore } from '../../../../functions/storage/identities.ts';
import { linkStore } from '../../../../functions/storage/links.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { mailing } from '../../support/mailing.ts';
import { noting } from '../../support/noted.ts';
import { alice, bob, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const INVALID = { code: 'link_invalid' };
const HOUR_MS = 3_600_000;

async function accounts() {
  const memory = memoryTable();
  const { table } = memory;
  const clock = frozenClock();
  const { mails, dependencies: toMail } = mailing(table, clock);
  const noted = noting();
  const dependencies = {
    profiles: profileStore(table),
    links: linkStore(table),
    ...toMail,
    audit: noted.audit,
    now: clock.now,
  };
  for (const account of [alice, bob]) await accountStore(table).create(account, 'x');
  const send = ({ id: userId }: Pick<Account, 'id'> = alice) => sendVerification(dependencies, userId);
  return {
    ...memory,
    clock,
    mails,
    noted: noted.events,
    dependencies,
    send,
    confirm: (token: string) => verifyEmail(dependencies, token),
    link: async (of = alice) => {
      await send(of);
      return /#\/verify\/(\S+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
    },
    verifiedAt: async ({ id: userId } = alice) =>
      (await dependencies.profiles.profileOf(userId))?.emailVerifiedAt,
  };
}

describe('a link that confirms an e-mail address', () => {
  it('goes to it, and confirms that of its account alone', async () => {
    const { link, confirm, mails, verifiedAt } = await accounts();
    await confirm(await link());
    expect(mails).toMatchObject([{ to: alice.email, subject: 'Confirm your e-mail address' }]);
    expect([await verifiedAt(), await verifiedAt(bob)]).toEqual([NOON, undefined]);
  });

  it('is noted as a verified address, once, and nothing is noted of a link that is refused', async () => {
    const { link, confirm, noted } = await accounts();
    const token = await link();
    expect(noted).toEqual([]);
    await confirm(token);
    await rejection(confirm(token));
    await rejection(confirm('x'));
    expect(noted).toEqual([`email_verified of ${alice.id}`]);
  });

  it('works once: of many uses at once, in whatever order their steps come, one succeeds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { link, dependencies, verifiedAt } = await accounts();
        const token = await link();
        const { verify } = dependencies.links;
        const links = { verify: scheduler.scheduleFunction(verify) };
        const done = Promise.allSettled(
          Array.from({ length: 4 }, () => verifyEmail({ ...dependencies, links }, token)),
        );
        await scheduler.waitFor(done);
        expect((await done).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await verifiedAt()).toBe(NOON);
      }),
      { numRuns: 30 },
    );
  });

  it('works for 24 hours, and keeps the first time', async () => {
    const { link, confirm, clock, verifiedAt } = await accounts();
    const [first, second, third] = [await link(), await link(), await link()];
    await confirm(first);
    clock.pass(24 * HOUR_MS - 1_000);
    await confirm(second);
    clock.pass(1_000);
    expect(await rejection(confirm(third))).toEqual(INVALID);
    expect(await verifiedAt()).toBe(NOON);
  });

  it('does not confirm an address that the account has by now, or an account that is gone', async () => {
    const { link, confirm, state, store, verifiedAt } = await accounts();
    const [first, second] = [await link(), await link(bob)];
    const key = { pk: `USER#${alice.id}`, sk: 'PROFILE' };
    store({ ...key, ...alice, email: 'other@example.org' });
    expect(await rejection(confirm(first))).toEqual(INVALID);
    expect(await verifiedAt()).toBeUndefined();
    state.set({ pk: `USER#${bob.id}`, sk: 'PROFILE' }, undefined);
    expect(await rejection(confirm(second))).toEqual(INVALID);
  });

  it('is not one to a new password, and no other text', async () => {
    const { link, confirm, dependencies, clock, verifiedAt } = await accounts();
    const token = await link();
    const reset = dependencies.linkTokens.issue(alice.id);
    const expiresAt = new Date(clock.now().getTime() + HOUR_MS);
    const { email } = alice;
    await dependencies.links.add({
      kind: 'reset',
      userId: alice.id,
      hash: reset.hash,
      email,
      changes: 0,
      expiresAt,
    });
    const [, secret = ''] = token.split('.');
    for (const wrong of [reset.token, `${bob.id}.${secret}`, secret, '', '.', `${token}.x`])
      expect(await rejection(confirm(wrong))).toEqual(INVALID);
    expect(
      await dependencies.links.findReset({ userId: alice.id, hash: 'none' }, clock.now()),
    ).toBeUndefined();
    expect(await verifiedAt()).toBeUndefined();
  });
});

describe('a request for such a link', () => {
  it('sends nothing for an address that is verified, by a link or by another issuer', async () => {
    const { link, confirm, send, mails, table } = await accounts();
    await confirm(await link());
    await send();
    const carol: Account = {
      ...bob,
      id: id(7),
      email: 'carol@example.org',
      username: 'carol',
      issuer: 'https://i',
    };
    const dave: Account = { ...carol, id: id(8), email: undefined, username: 'dave' };
    for (const user of [carol, dave]) {
      await identityStore(table).create({ issuer: 'https://i', subject: user.username }, user);
      await send(user);
    }
    expect(mails).toHaveLength(1);
    expect([carol, dave, alice].map(isEmailVerified)).toEqual([true, false, false]);
  });

  it('sends five mails an hour at most', async () => {
    const { send, mails } = await accounts();
    const many = await Promise.allSettled(Array.from({ length: 20 }, () => send()));
    expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(await rejection(send())).toEqual({ code: 'too_many_mails', retryAfter: 3_600 });
    await send(bob);
    expect(mails).toHaveLength(6);
  });

  it('is not for an account that is gone', async () => {
    const { send } = await accounts();
    expect(await rejection(send({ id: id(99) }))).toEqual({ code: 'token_invalid' });
  });
});
