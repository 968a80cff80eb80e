import type { Member } from '@parley/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completionOf, mentionsIn, splitAtMentions } from '../../web/views/conversation/mentions.ts';

const member = (username: string, more: object = {}): Member => ({
  id: `id of ${username}`,
  username,
  role: 'member',
  ...more,
});
const MEMBERS = [
  member('ada'),
  member('Ann'),
  member('anna'),
  member('x+y.z-1'),
  member('gone', { role: undefined }),
];
const ids = (...names: readonly string[]) => ({ users: names.map((name) => `id of ${name}`) });

describe('the mentions of a text', () => {
  it.each([
    ['@ada', ids('ada')],
    ['Look, @ANN!', ids('Ann')],
    ['@ann and @anna, @ann again', ids('Ann', 'anna')],
    ['(@ada)', ids('ada')],
    ['@ada’s', ids('ada')],
    ['The end is @ada.', ids('ada')],
    ['@ada...', ids('ada')],
    ['@x+y.z-1', ids('x+y.z-1')],
    ['@all', { all: true }],
    ['@ada, @All.', { ...ids('ada'), all: true }],
    ['\u202e@ada\u202c', ids('ada')],
    ['你好@ada你好', ids('ada')],
    ['https://x.example/ @ada', ids('ada')],
  ])('%j', (text, found) => {
    expect(mentionsIn(text, MEMBERS)).toEqual(found);
  });

  it.each([
    '',
    'ada',
    '@',
    '@ ada',
    'x@ada',
    'mail@all.example',
    '@adam',
    '@gone',
    '@@ada@',
    '@nobody',
    '@ada@x',
    'https://social.example/@ada',
    'https://x.example/?q=@all',
    'and/@ada',
    'café@ada',
    '@adaé',
    '@ada\u0301',
    'é@all',
  ])('%j mentions nobody', (text) => {
    expect(mentionsIn(text, MEMBERS)).toBeUndefined();
  });

  it('are ten members at most', () => {
    const many = Array.from({ length: 12 }, (_, i) => member(`user${i}`));
    const text = many.map(({ username }) => `@${username}`).join(' ');
    expect(mentionsIn(text, many)?.users).toEqual(many.slice(0, 10).map(({ id }) => id));
  });

  it('are those of a member who is called “all”, if there is one', () => {
    expect(mentionsIn('@all', [member('All')])).toEqual(ids('All'));
  });

  it('are none in a conversation of two', () => {
    expect(mentionsIn('@all @ada', [])).toBeUndefined();
  });
});

describe('a text that is split at its mentions', () => {
  const usernameOf = (id: string) => MEMBERS.find((one) => one.id === id)?.username;

  it('marks those whom the message mentions, and no other name', () => {
    expect(splitAtMentions('Hi @ann, @ada and @all', ids('Ann'), usernameOf)).toEqual([
      { text: 'Hi ', isMention: false },
      { text: '@ann', isMention: true },
      { text: ', @ada and @all', isMention: false },
    ]);
    expect(splitAtMentions('@all', { all: true }, usernameOf)).toEqual([{ text: '@all', isMention: true }]);
  });

  it('is the text again when its pieces are joined, whatever it is', () => {
    const piece = fc.constantFrom('@', 'ada', 'ann', 'all', '.', ' ', '\u0301', '\u202e', 'x');
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'grapheme' }))), (pieces) => {
        const text = pieces.join('');
        const split = splitAtMentions(text, { ...ids('ada', 'Ann'), all: true }, usernameOf);
        expect(split.map((one) => one.text).join('')).toBe(text);
      }),
    );
  });
});

describe('the names that are offered', () => {
  const offered = (text: string, cursor = text.length) =>
    completionOf(text, cursor, MEMBERS, 'id of ada')?.names;

  it('begin with what stands before the cursor, and are those of the others and of all', () => {
    expect(offered('Hi @')).toEqual(['Ann', 'anna', 'x+y.z-1', 'all']);
    expect(offered('@a')).toEqual(['Ann', 'anna', 'all']);
    expect(offered('@AN')).toEqual(['Ann', 'anna']);
    expect(offered('@al')).toEqual(['all']);
    expect(offered('@a and more', 2)).toEqual(['Ann', 'anna', 'all']);
    expect(completionOf('Hi @an', 6, MEMBERS, 'id of ada')?.from).toBe(3);
  });

  it.each(['', '@ada', '@z', '@ ', 'mail@a', '@anna'])('are none behind %j', (text) => {
    expect(offered(text)).toBeUndefined();
  });

  it('are six at most', () => {
    const many = Array.from({ length: 30 }, (_, i) => member(`user${i}`));
    expect(completionOf('@', 1, many, '')?.names).toHaveLength(6);
  });
});
