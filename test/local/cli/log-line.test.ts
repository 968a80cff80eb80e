import { expect, it } from 'vitest';
import { readableLine } from '../../../local/log-line.ts';

it.each([
  [
    'the level and message of a log line',
    { level: 'INFO', message: 'started', timestamp: 'now', service: 'x' },
    'INFO started',
  ],
  [
    'an error on one line',
    {
      level: 'ERROR',
      message: 'failed',
      error: { name: 'TypeError', message: 'no\nnumber', location: 'a.ts:1', stack: '…' },
    },
    'ERROR failed TypeError: no number (a.ts:1)',
  ],
  [
    'further fields as name=value',
    { level: 'WARN', message: 'slow', path: '/users', ms: 12 },
    'WARN slow path=/users ms=12',
  ],
  ['no metrics, because only CloudWatch uses them', { _aws: {}, message: 'x' }, undefined],
  ['other objects unchanged', { a: 1 }, '{"a":1}'],
])('the terminal shows %s', (_what, entry, expected) => {
  expect(readableLine(JSON.stringify(entry))).toBe(expected);
});

it.each(['a text', '{ no JSON', ''])('"%s" is not changed', (line) => {
  expect(readableLine(line)).toBe(line);
});
