import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../../../functions/core/conversations/rights.ts';
import { MAX_INVITATIONS } from '../../../../functions/core/invitations/invitation.ts';
import { invitationsKey } from '../../../../functions/storage/keys.ts';
import { invitations } from '../../support/invitations.ts';
import { CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

type All = ReturnType<typeof invitations>;

const NUMBER: Record<Role, number> = { owner: 1, moderator: 2, member: 3, reader: 4 };

/** Users 1 to 4 are owner, moderator, member and reader. */
async function four() {
  const all = invitations();
  const group = await all.create(1, [2, 3, 4]);
  await all.put(1, group, 2, 'moderator');
  await all.put(1, group, 4, 'reader');
  all.told();
  return Object.assign(all, { group });
}

const ASKED: readonly [what: string, ask: (all: All, group: string, by: number) => Promise<unknown>][] = [
  ['create', (all, group, by) => all.invite(by, group)],
  ['list', (all, group, by) => all.list(by, group)],
  ['revoke', (all, group, by) => all.revoke(by, group, 'x'.repeat(22))],
];

describe('an invitation', () => {
  it('is for a hundred members within a week, unless its creator says otherwise', async () => {
    const all = await four();
    const { token, invitation } = await all.invite(2, all.group);
    expect(invitation).toEqual({
      ...{ id: all.tokens.read(token)?.id, createdBy: id(2), role: 'member', maxUses: 100, uses: 0 },
      expiresAt: new Date('2026-11-30T12:00:00.000Z'),
    });
    const other = await all.invite(1, all.group, { expiresIn: 300, maxUses: 1, role: 'reader' });
    expect(other.invitation).toMatchObject({
      ...{ createdBy: id(1), role: 'reader', maxUses: 1 },
      expiresAt: new Date('2026-11-23T12:05:00.000Z'),
    });
    expect(await all.list(1, all.group)).toEqual([other.invitation, invitation]);
  });

  it('tells nobody, and stands nowhere in the log', async () => {
    const all = await four();
    const before = await all.said(all.group);
    const { invitation } = await all.invite(1, all.group);
    await all.revoke(1, all.group, invitation.id);
    expect(all.told()).toEqual([]);
    expect(await all.said(all.group)).toEqual(before);
  });

  it('is stored without its token and its secret', async () => {
    const all = await four();
    const token = await all.token(1, all.group);
    const stored = JSON.stringify(all.state.get(invitationsKey(all.group)));
    expect(stored).toContain(all.tokens.read(token)?.id);
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(Buffer.from(token, 'base64url').toString('base64url', 16));
  });

  it.each(ASKED)('is for those who may add members to %s', async (_, ask) => {
    for (const role of ROLES) {
      const all = await four();
      const asking = ask(all, all.group, NUMBER[role]);
      if (role === 'owner' || role === 'moderator') await asking;
      else expect([role, await rejection(asking)]).toEqual([role, { code: 'not_allowed' }]);
    }
  });

  it.each(ASKED)('is nothing for a stranger and a former member to %s, nor in a pair', async (_, ask) => {
    const all = await four();
    await all.remove(3, all.group, 3);
    for (const by of [3, 9]) {
      expect(await rejection(ask(all, all.group, by))).toEqual({ code: 'conversation_not_found' });
      expect(await rejection(ask(all, id(404), by))).toEqual({ code: 'conversation_not_found' });
    }
    expect(await rejection(ask(all, CONVERSATION, 1))).toEqual({ code: 'not_a_group' });
    for (const foreign of [`${id(8)}.${id(9)}`, 'x', 'INVITATIONS'])
      expect(await rejection(ask(all, foreign, 1))).toEqual({ code: 'conversation_not_found' });
  });
});

describe('the invitations of a group', () => {
  it('are those by which somebody can still join', async () => {
    const all = await four();
    const short = await all.token(1, all.group, { expiresIn: 300 });
    const single = await all.token(1, all.group, { maxUses: 1 });
    const { invitation: revoked } = await all.invite(1, all.group);
    const { invitation: left } = await all.invite(1, all.group, { maxUses: 2 });
    await all.revoke(2, all.group, revoked.id);
    await all.join(9, single);
    const listed = async () => (await all.list(1, all.group)).map((one) => one.id);
    expect(await listed()).toEqual([left.id, all.tokens.read(short)?.id]);
    all.clock.pass(300_000);
    expect(await listed()).toEqual([left.id]);
  });

  it('are revoked once, and one that does not exist without effect', async () => {
    const all = await four();
    const { invitation } = await all.invite(1, all.group);
    await all.revoke(1, all.group, invitation.id);
    const stored = await all.invited.list(all.group);
    for (const one of [invitation.id, 'x', '', invitation.id.toLowerCase(), '__proto__'])
      await all.revoke(1, all.group, one);
    expect(await all.invited.list(all.group)).toEqual(stored);
    expect(stored?.invitations).toEqual([]);
  });

  it('are as many as there can be, and one more when one of them is over', async () => {
    const all = await four();
    const tokens: string[] = [];
    while (tokens.length < MAX_INVITATIONS - 2) tokens.push(await all.token(1, all.group));
    await all.token(1, all.group, { expiresIn: 300 });
    const single = await all.token(1, all.group, { maxUses: 1 });
    const full = async () => rejection(all.invite(2, all.group));
    expect(await full()).toEqual({ code: 'too_many_invitations' });
    await all.join(9, single);
    await all.invite(2, all.group);
    expect(await full()).toEqual({ code: 'too_many_invitations' });
    all.clock.pass(300_000);
    await all.invite(2, all.group);
    expect(await full()).toEqual({ code: 'too_many_invitations' });
    await all.revoke(2, all.group, all.tokens.read(tokens[5] as string)?.id as string);
    await all.invite(2, all.group);
    expect(await all.list(1, all.group)).toHaveLength(MAX_INVITATIONS);
  });

  it('of whom expired or was used up are stored no more with the next change', async () => {
    const all = await four();
    await all.invite(1, all.group, { expiresIn: 300 });
    await all.join(9, await all.token(1, all.group, { maxUses: 1 }));
    all.clock.pass(300_000);
    const { invitation } = await all.invite(1, all.group, { expiresIn: 600 });
    const ids = (await all.invited.list(all.group))?.invitations.map((one) => one.id);
    expect(ids).toEqual([invitation.id]);
    // A revoked one ends when it would have: the item stays as long.
    const { endsAt } = (await all.invited.list(all.group)) ?? {};
    expect(endsAt).toEqual(new Date('2026-11-30T12:00:00.000Z'));
  });

  it('are no more than there can be, however many are created at once', async () => {
    const all = await four();
    while ((await all.list(1, all.group)).length < MAX_INVITATIONS - 3) await all.invite(1, all.group);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => all.invite(1, all.group)));
    const codes = outcomes.map((one) => (one.status === 'rejected' ? one.reason.code : 'created'));
    expect(codes.toSorted()).toEqual([...Array(3).fill('created'), ...Array(7).fill('too_many_invitations')]);
    expect(await all.list(1, all.group)).toHaveLength(MAX_INVITATIONS);
  });

  it('are all there, of ten that are created at once', async () => {
    const all = await four();
    const made = await Promise.all(Array.from({ length: 10 }, () => all.invite(1, all.group)));
    const ids = (of: readonly { readonly id: string }[]) => of.map((one) => one.id).toSorted();
    expect(ids(await all.list(1, all.group))).toEqual(ids(made.map(({ invitation }) => invitation)));
  });

  it('are changed by somebody else in the end, or not at all', async () => {
    const all = await four();
    const busy = Array.from({ length: 40 }, () => () => all.invited.list(all.group));
    all.before.push(
      ...busy.map((read) => async () => {
        const before = await read();
        const after = {
          ...{ version: (before?.version ?? 0) + 1, endsAt: new Date(0), invitations: [] },
        };
        await all.invited.replace(all.group, { before, after });
      }),
    );
    expect(await rejection(all.invite(1, all.group))).toEqual({ code: 'busy', retryAfter: 1 });
    expect((await all.invited.list(all.group))?.invitations).toEqual([]);
  });
});
