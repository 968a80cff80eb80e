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
    ['a pattern without keys', {}, 'must not be empty'],
    ['an object without keys', { a: {} }, 'must not be empty'],
    ['exists with a text', { a: [{ exists: 'yes' }] }, 'exists must be true or false'],
    ['prefix with a list', { a: [{ prefix: ['x'] }] }, 'prefix must be a string'],
    ['anything-but with nothing', { a: [{ 'anything-but': [] }] }, 'strings only, or numbers only'],
    ['anything-but with null', { a: [{ 'anything-but': null }] }, 'strings only, or numbers only'],
    ['anything-but with two types', { a: [{ 'anything-but': [5, 'x'] }] }, 'strings only, or numbers only'],
    [
      'anything-but with numeric',
      { a: [{ 'anything-but': { numeric: ['>', 3] } }] },
      'anything-but does not take',
    ],
    ['a range that begins with its top', { a: [{ numeric: ['<', 5, '>', 0] }] }, 'numeric rule'],
    ['a range without numbers', { a: [{ numeric: ['>', 5, '<', 5] }] }, 'numeric rule'],
    ['equality and a range', { a: [{ numeric: ['=', 5, '<', 9] }] }, 'numeric rule'],
    ['$or with one pattern', { $or: [{ a: [1] }] }, 'at least two'],
    // Event Ruler knows these; no filter here needs them.
    ['a prefix in any case', { a: [{ prefix: { 'equals-ignore-case': 'x' } }] }, 'must be a string'],
    ['an address range', { a: [{ cidr: '10.0.0.0/8' }] }, 'does not know the filter rule'],
    ['an unknown operator', { a: [{ wildcard: 'x*' }] }, 'does not know the filter rule {"wildcard":"x*"}'],
    ['two operators at once', { a: [{ prefix: 'x', suffix: 'y' }] }, 'does not know the filter rule'],
    ['a value outside a list', { a: 'x' }, 'must be a list'],
    ['an empty list', { a: [] }, 'must not be empty'],
    ['an unknown comparison', { a: [{ numeric: ['!=', 1] }] }, 'numeric rule'],
  ])('causes an error at the start for %s', (_what, pattern, message) => {
    expect(() => compileFilter(pattern)).toThrow(message);
  });
});

/**
 * The results of aws/event-ruler 1.7.3 for these patterns and events, lists above all. Its own list of 51 cases
 * (src/test/resources/correctness-cases.json) and 1,279 more gave the same results here, except for operators that the runtime refuses.
 */
describe('lists and empty values in an event', () => {
  const exists = [{ exists: true }];
  const missing = [{ exists: false }];
  const anyOf = (pattern: object) => ({ d: pattern });

  it.each([
    ['all keys in one entry', anyOf({ a: exists, b: exists }), { d: [{ a: 1 }, { a: 3, b: 4 }] }, true],
    ['keys in different entries', anyOf({ a: exists, b: exists }), { d: [{ a: 1 }, { b: 2 }] }, false],
    ['values in different entries', anyOf({ a: ['x'], b: ['y'] }), { d: [{ a: 'x' }, { b: 'y' }] }, false],
    [
      'entries within entries',
      { u: { t: { k: ['c'], v: ['b'] } } },
      { u: [{ t: [{ k: 'c', v: 'b' }] }] },
      true,
    ],
    [
      'split within entries',
      { u: { t: { k: ['c'], v: ['b'] } } },
      { u: [{ t: [{ k: 'c' }, { v: 'b' }] }] },
      false,
    ],
    ['a list in a list', { a: ['x'] }, { a: [['y', 'x']] }, true],
    ['objects in a list in a list', { a: { b: [1] } }, { a: [[{ b: 1 }]] }, true],
    ['a list beside a value', { t: ['ok'], u: { n: exists } }, { t: ['no', 'ok'], u: [{ n: 1 }] }, true],
    ['a missing key of an entry', anyOf({ a: exists, b: missing }), { d: [{ a: 1 }] }, true],
    ['a key that another entry has', anyOf({ b: missing }), { d: [{ b: 1 }, { c: 2 }] }, false],
    ['an empty list that exists', { a: exists }, { a: [] }, false],
    ['an object that exists', { a: exists }, { a: { b: 1 } }, false],
    ['an object that is missing', { a: missing }, { a: { b: 1 } }, true],
    ['null that exists', { a: exists }, { a: null }, true],
    ['an empty list that is anything but', { a: [{ 'anything-but': 'x' }] }, { a: [] }, false],
    ['an object that is anything but', { a: [{ 'anything-but': 'x' }] }, { a: {} }, false],
    ['null that is anything but', { a: [{ 'anything-but': 'x' }] }, { a: null }, true],
    ['one entry that is anything but', { a: [{ 'anything-but': 'x' }] }, { a: ['x', 'y'] }, true],
    ['anything but prefixes', { a: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, { a: 'yz' }, false],
    [
      'anything but words in any case',
      { a: [{ 'anything-but': { 'equals-ignore-case': ['x'] } }] },
      { a: 'X' },
      false,
    ],
    ['a value or its absence', { a: [1, { exists: false }] }, { b: 1 }, true],
    ['nothing below a value', { a: { b: missing } }, { a: 1 }, true],
  ])('match as in Event Ruler: %s', (_what, pattern, event, expected) => {
    expect(compileFilter(pattern)(event)).toBe(expected);
  });
});
