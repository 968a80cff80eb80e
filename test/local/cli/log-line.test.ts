import { expect, it } from 'vitest';
import { readableLine } from '../../../local/log-line.ts';

it.each([
  [
    'a line of a logger',
    { level: 'INFO', message: 'started', timestamp: 'now', service: 'x' },
    'INFO started',
  ],
  [
    'an error',
    {
      level: 'ERROR',
      message: 'failed',
      error: { name: 'TypeError', message: 'no\nnumber', location: 'a.ts:1', stack: '…' },
    },
    'ERROR failed TypeError: no number (a.ts:1)',
  ],
  [
    'further fields',
    { level: 'WARN', message: 'slow', path: '/users', ms: 12 },
    'WARN slow path=/users ms=12',
  ],
  ['metrics, which are for CloudWatch', { _aws: {}, message: 'x' }, undefined],
  ['another object', { a: 1 }, '{"a":1}'],
])('%s', (_what, entry, expected) => {
  expect(readableLine(JSON.stringify(entry))).toBe(expected);
});

it.each(['a text', '{ no JSON', ''])('"%s" stays as it is', (line) => {
  expect(readableLine(line)).toBe(line);
});
