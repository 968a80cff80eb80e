import { describe, expect, it } from 'vitest';
import { readHistoryWindow, readWindow } from '../../../functions/protocol/paging.ts';
import { thrownBy } from '../support/rejection.ts';

describe('the window on a conversation', () => {
  it.each([
    [{}, { limit: 10 }],
    [{ limit: '100' }, { limit: 100 }],
    [{ limit: '101' }, { limit: 100 }],
    [
      { before: '7', limit: '3' },
      { before: 7, limit: 3 },
    ],
    [{ after: '0' }, { after: 0, limit: 10 }],
    [{ around: '0007' }, { around: 7, limit: 10 }],
    [{ after: '9'.repeat(100) }, { after: Number.MAX_SAFE_INTEGER, limit: 10 }],
    [{ offset: 'x', other: 'y' }, { limit: 10 }],
  ])('%j is %j', (query, window) => {
    expect(readWindow(query)).toEqual(window);
  });

  const SEQ = 'Must be a seq: a whole number, 0 or more.';
  const LIMIT = 'Must be a whole number from 1 to 100.';
  it.each([
    [{ before: '' }, { before: [SEQ] }],
    [{ before: '-1' }, { before: [SEQ] }],
    [{ after: '1.5' }, { after: [SEQ] }],
    [{ after: '1e3' }, { after: [SEQ] }],
    [{ around: ' 1' }, { around: [SEQ] }],
    [{ around: '٣' }, { around: [SEQ] }],
    [{ limit: '0' }, { limit: [LIMIT] }],
    [{ limit: 'ten' }, { limit: [LIMIT] }],
    [{ before: '5', after: '1' }, { after: ['Not together with `before`.'] }],
    [{ around: '5', after: '1' }, { around: ['Not together with `after`.'] }],
    [{ before: '1', after: '2', around: '3' }, { after: ['Not together with `before`.'] }],
  ])('%j is refused: %j', (query, errors) => {
    expect(thrownBy(() => readWindow(query))).toEqual({ code: 'validation_failed', errors });
  });
});

describe('the window on a history', () => {
  it.each([
    [{}, { limit: 10, offset: 0 }],
    [
      { limit: '3', offset: '6' },
      { limit: 3, offset: 6 },
    ],
    [
      { before: '7', offset: '3' },
      { before: 7, limit: 10, offset: 3 },
    ],
    [{ after: '0' }, { after: 0, limit: 10, offset: 0 }],
    [{ around: 'x' }, { limit: 10, offset: 0 }],
  ])('%j is %j', (query, window) => {
    expect(readHistoryWindow(query)).toEqual(window);
  });

  it.each([
    [{ before: 'x' }, 'before'],
    [{ before: '1', after: '2' }, 'after'],
    [{ before: '1', offset: 'x' }, 'offset'],
  ])('%j is refused for `%s`', (query, field) => {
    expect(thrownBy(() => readHistoryWindow(query))).toMatchObject({
      errors: { [field]: [expect.any(String)] },
    });
  });
});
