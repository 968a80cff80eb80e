import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tickets } from '../../../../functions/auth/tickets.ts';
import { issueTicket, redeemTicket, TICKET_SECONDS } from '../../../../functions/core/connections/ticket.ts';
import type { Identity } from '../../../../functions/core/sessions/session.ts';
import { ticketStore } from '../../../../functions/storage/tickets.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { frozenClock } from '../../support/clock.ts';

function door() {
  const clock = frozenClock();
  const { table, commands } = memoryTable();
  let issued = 0;
  const randomBytes = (size: number) => {
    issued += 1;
    return Buffer.alloc(size, issued);
  };
  const dependencies = {
    tickets: tickets(randomBytes),
    store: ticketStore(table),
    newId: () => randomUUID(),
    now: clock.now,
  };
  const identity: Identity = {
    userId: 'ada',
    username: 'Ada',
    sessionId: 'session',
    staff: false,
    expiresAt: new Date(clock.now().getTime() + 1_800_000),
  };
  return {
    clock,
    commands,
    hashOf: (ticket: string) => dependencies.tickets.hashOf(ticket) as string,
    issue: (changes: Partial<Identity> = {}) => issueTicket(dependencies, { ...identity, ...changes }),
    redeem: (ticket: string) => redeemTicket(dependencies, ticket),
    owner: { userId: 'ada', username: 'Ada', sessionId: 'session', expiresAt: identity.expiresAt },
  };
}

describe('a ticket', () => {
  it('tells whose socket it opens, and until when that may live', async () => {
    const { issue, redeem, owner } = door();
    expect(await redeem(await issue())).toEqual(owner);
  });

  it('opens one socket, however many handshakes there are at once, each with its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 30 }), async (handshakes) => {
        const { issue, redeem } = door();
        const texts = await Promise.all([0, 1, 2, 3].map((n) => issue({ sessionId: `session ${n}` })));
        const opened = await Promise.all(
          handshakes.map(async (n) => [n, (await redeem(texts[n] as string))?.sessionId] as const),
        );
        const admitted = opened.filter(([, session]) => session !== undefined);
        expect(admitted.every(([n, session]) => session === `session ${n}`)).toBe(true);
        expect(admitted.map(([n]) => n).sort()).toEqual([...new Set(handshakes)].sort());
      }),
    );
  });

  it('is valid for 30 seconds, even if the table keeps it longer', async () => {
    const { clock, issue, redeem, owner } = door();
    const [early, late] = [await issue(), await issue()];
    clock.pass((TICKET_SECONDS - 1) * 1000);
    expect(await redeem(early)).toEqual(owner);
    clock.pass(1_000);
    expect(await redeem(late)).toBeUndefined();
  });

  it('does not outlive the access token for which it was given', async () => {
    const { clock, issue, redeem } = door();
    const ticket = await issue({ expiresAt: new Date(clock.now().getTime() + 5_000) });
    clock.pass(5_000);
    expect(await redeem(ticket)).toBeUndefined();
  });

  it('is not stored itself', async () => {
    const { issue, commands } = door();
    const ticket = await issue();
    expect(JSON.stringify(commands)).not.toContain(ticket);
  });

  it('cannot be made from its hash', async () => {
    const { issue, redeem, hashOf } = door();
    expect(await redeem(hashOf(await issue()))).toBeUndefined();
  });

  it('is looked up only if it has the form of one', async () => {
    const { issue, redeem, commands } = door();
    const ticket = await issue();
    const before = commands.length;
    for (const text of [
      '',
      'x',
      `${ticket}=`,
      ticket.slice(1),
      `${ticket.slice(1)}\n`,
      'я'.repeat(43),
      `${ticket}${ticket}`,
    ])
      expect(await redeem(text)).toBeUndefined();
    expect(commands).toHaveLength(before);
  });
});
