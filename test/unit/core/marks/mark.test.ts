import { expect, it } from 'vitest';
import { effectiveMarks } from '../../../../functions/core/marks/mark.ts';

it.each([
  ['nothing was marked and nothing said', { received: 0, read: 0 }, 0, { received: 0, read: 0 }],
  ['something was received and not read', { received: 5, read: 2 }, 0, { received: 5, read: 2 }],
  ['who has read something has received it', { received: 2, read: 5 }, 0, { received: 5, read: 5 }],
  ['who answers has read what came before', { received: 2, read: 1 }, 4, { received: 4, read: 4 }],
  ['an answer takes no mark back', { received: 9, read: 7 }, 4, { received: 9, read: 7 }],
])('%s: marks %j with the last own message at %d count as %j', (_, marks, sent, effective) => {
  expect(effectiveMarks(marks, sent)).toEqual(effective);
});
