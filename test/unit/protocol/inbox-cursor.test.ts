import { describe, expect, it } from 'vitest';
import { readInboxCursor, writeInboxCursor } from '../../../functions/protocol/paging.ts';
import { NOON } from '../support/clock.ts';
import { alice, bob, CONVERSATION } from '../support/people.ts';
import { thrownBy } from '../support/rejection.ts';

const place = { topAt: NOON, conversation: CONVERSATION };
const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('the cursor of an inbox', () => {
  it('is read as it was written, and fits into an address as it is', () => {
    const cursor = writeInboxCursor(place);
    expect(encodeURIComponent(cursor)).toBe(cursor);
    expect(readInboxCursor(cursor)).toEqual(place);
  });

  it('may be absent', () => {
    expect(readInboxCursor(undefined)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['a place alone', encoded(NOON)],
    ['a conversation alone', encoded(CONVERSATION)],
    ['more than it should', encoded(`${NOON} ${CONVERSATION} x`)],
    ['no time', encoded(`~ ${CONVERSATION}`)],
    ['a time behind which another key could hide', encoded(`${NOON}# ${CONVERSATION}`)],
    ['a time to the second', encoded(`2026-11-23T12:00:00Z ${CONVERSATION}`)],
    ['no conversation', encoded(`${NOON} ${alice.id}`)],
    ['a conversation the wrong way round', encoded(`${NOON} ${bob.id}.${alice.id}`)],
  ])('is refused when it holds %s', (_, cursor) => {
    expect(thrownBy(() => readInboxCursor(cursor))).toEqual({
      code: 'validation_failed',
      errors: { cursor: ['Must come from `next`.'] },
    });
  });
});
