import { expect, it } from 'vitest';
import { historyEntry } from '../../../functions/protocol/server-frames.ts';
import { NOON } from '../support/clock.ts';
import { aMessage } from '../support/message-log.ts';
import { alice, bob, id } from '../support/people.ts';

const a = { id: alice.id, username: 'Alice' };
const b = { id: bob.id, username: 'bob' };

it('a message in the history says who sent it to whom, whoever reads it', () => {
  const entry = {
    id: id(1003),
    sender: a,
    receiver: b,
    message: 'message 3',
    created_at: NOON,
    updated_at: NOON,
    seq: 3,
  };
  expect(historyEntry(aMessage(3), a, b)).toEqual(entry);
  expect(historyEntry(aMessage(3), b, a)).toEqual(entry);
});
