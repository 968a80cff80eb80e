import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation, StoredMessage } from '../../client/contract/http-types.ts';
import { createUnreadCounts, ofOthers } from '../../client/inbox/unread-counts.ts';
import { ADA, BOB, TALK } from './fake-server.ts';

const message = (seq: number, isOwn: boolean) => ({ seq, sender_id: isOwn ? ADA : BOB }) as StoredMessage;
const entry = (seq: number, read: number, unread: number) =>
  ({ id: TALK, last_message: { seq }, read, unread }) as Conversation;

describe('the unread count', () => {
  it('is the server’s count plus the other user’s messages since then', () => {
    const unread = createUnreadCounts(ofOthers(() => ADA));
    unread.update(entry(5, 2, 2));
    unread.add(TALK, [message(6, true), message(7, false), message(7, false)], 2);
    expect(unread.of(TALK, 2)).toBe(3);
    // An older response that came late changes nothing.
    unread.update(entry(4, 2, 1));
    expect(unread.of(TALK, 2)).toBe(3);
    unread.update(entry(7, 2, 3));
    expect(unread.of(TALK, 2)).toBe(3);
    expect(unread.of(TALK, 7)).toBe(0);
  });

  it('is 0 for an unknown conversation and after a reset', () => {
    const unread = createUnreadCounts(ofOthers(() => ADA));
    expect(unread.of(TALK, 0)).toBe(0);
    unread.update(entry(5, 2, 2));
    unread.add(TALK, [message(6, false)], 2);
    unread.reset();
    expect(unread.of(TALK, 0)).toBe(0);
  });

  it('is exact if the messages are known, otherwise never too low and never negative', () => {
    const said = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        said,
        fc.nat(20),
        fc.nat(20),
        fc.nat(20),
        fc.boolean(),
        (log, told, readThen, readNow, isKnown) => {
          const theirs = (from: number, to: number) => log.slice(from, to).filter((isOwn) => !isOwn).length;
          const [seq, read] = [Math.min(told, log.length), Math.min(readThen, log.length)];
          const unread = createUnreadCounts(ofOthers(() => ADA));
          unread.update(entry(seq, read, theirs(read, Math.max(read, seq))));
          const messages = log.map((isOwn, i) => message(i + 1, isOwn));
          const now = Math.min(Math.max(read, readNow), log.length);
          unread.add(TALK, isKnown ? messages : messages.slice(seq), read);
          const exact = theirs(now, log.length);
          if (isKnown || now === read || now >= seq) expect(unread.of(TALK, now)).toBe(exact);
          else expect(unread.of(TALK, now)).toBeGreaterThanOrEqual(exact);
        },
      ),
      { numRuns: 500 },
    );
  });
});
