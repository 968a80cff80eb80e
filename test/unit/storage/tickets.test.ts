import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { ticketStore } from '../../../functions/storage/tickets.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice } from '../support/people.ts';
import { conditionFailed, table } from '../support/table.ts';

const now = new Date(NOON);
const until = Math.floor(now.getTime() / 1000) + 1_800;
const store = ticketStore(table);
const stored = (spender: string) =>
  conditionFailed({
    userId: { S: alice.id },
    username: { S: 'Alice' },
    sessionId: { S: 'session' },
    until: { N: String(until) },
    spender: { S: spender },
  });

describe('a ticket whose spending was not answered', () => {
  it('is spent by the second try of the same handshake', async () => {
    documents.on(UpdateCommand).rejects(stored('mine'));
    expect(await store.spend('hash', 'mine', now)).toEqual({
      userId: alice.id,
      username: 'Alice',
      sessionId: 'session',
      expiresAt: new Date(until * 1000),
    });
  });

  it('stays spent for every other handshake', async () => {
    documents.on(UpdateCommand).rejects(stored('mine'));
    expect(await store.spend('hash', 'another', now)).toBeUndefined();
  });

  it('is no ticket if there was none', async () => {
    documents.on(UpdateCommand).rejects(conditionFailed());
    expect(await store.spend('hash', 'mine', now)).toBeUndefined();
  });

  it('is not spent by a failure of the table', async () => {
    const fault = new TypeError('a bug');
    documents.on(UpdateCommand).rejects(fault);
    await expect(store.spend('hash', 'mine', now)).rejects.toBe(fault);
  });
});
