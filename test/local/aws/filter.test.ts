import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../local/aws/stream/filter.ts';

const record = {
  eventName: 'REMOVE',
  dynamodb: { Keys: { sk: { S: 'SESSION#1' } }, OldImage: { size: 5, gone: null, tags: ['a', 'b'] } },
};
const passes = (pattern: object) => compileFilter(pattern)(record);
const ofOldImage = (image: object) => ({ dynamodb: { OldImage: image } });

describe('an event filter pattern', () => {
  it.each([
    ['an exact value', { eventName: ['REMOVE'] }, true],
    ['another exact value', { eventName: ['INSERT'] }, false],
    ['one of several', { eventName: ['INSERT', 'REMOVE'] }, true],
    ['all keys of an object', { eventName: ['REMOVE'], dynamodb: { Keys: { sk: { S: ['x'] } } } }, false],
    ['a prefix', { dynamodb: { Keys: { sk: { S: [{ prefix: 'SESSION#' }] } } } }, true],
    ['another prefix', { dynamodb: { Keys: { sk: { S: [{ prefix: 'CONN#' }] } } } }, false],
    ['a suffix', { dynamodb: { Keys: { sk: { S: [{ suffix: '#1' }] } } } }, true],
    ['a comparison that ignores case', { eventName: [{ 'equals-ignore-case': 'remove' }] }, true],
    ['a number', ofOldImage({ size: [5] }), true],
    ['the type of a value', ofOldImage({ size: ['5'] }), false],
    ['null', ofOldImage({ gone: [null] }), true],
    ['an entry of a list', ofOldImage({ tags: ['b'] }), true],
    ['a key that exists', ofOldImage({ size: [{ exists: true }] }), true],
    ['a key that does not exist', ofOldImage({ nothing: [{ exists: true }] }), false],
    ['the absence of a key', ofOldImage({ nothing: [{ exists: false }] }), true],
    ['the absence of a parent object', { nowhere: { at: { all: [{ exists: false }] } } }, true],
    ['anything but a value', { eventName: [{ 'anything-but': ['INSERT', 'MODIFY'] }] }, true],
    ['anything but the value of the event', { eventName: [{ 'anything-but': 'REMOVE' }] }, false],
    ['anything but a prefix', { eventName: [{ 'anything-but': { prefix: 'REM' } }] }, false],
    ['a range of numbers', ofOldImage({ size: [{ numeric: ['>', 0, '<=', 5] }] }), true],
    ['an exceeded range of numbers', ofOldImage({ size: [{ numeric: ['<', 5] }] }), false],
    ['alternatives with $or', { $or: [{ eventName: ['INSERT'] }, ofOldImage({ size: [5] })] }, true],
  ])('applies %s', (_what, pattern, expected) => {
    expect(passes(pattern)).toBe(expected);
  });

  it.each([
    ['an unknown operator', { a: [{ wildcard: 'x*' }] }, 'does not know the filter rule {"wildcard":"x*"}'],
    ['two operators at once', { a: [{ prefix: 'x', suffix: 'y' }] }, 'does not know the filter rule'],
    ['a value outside a list', { a: 'x' }, 'must be a list'],
    ['an empty list', { a: [] }, 'must not be empty'],
    ['an unknown comparison', { a: [{ numeric: ['!=', 1] }] }, 'numeric rule'],
  ])('causes an error at the start for %s', (_what, pattern, message) => {
    expect(() => compileFilter(pattern)).toThrow(message);
  });
});
