import { describe, expect, it } from 'vitest';
import commonPasswords from '../../../../functions/core/accounts/common-passwords.json' with { type: 'json' };
import { passwordFaults } from '../../../../functions/core/accounts/passwords.ts';

const TOO_SHORT = 'Must have at least 8 characters.';
const TOO_LONG = 'Must have at most 128 characters.';
const COMMON = 'This password is among the most used ones.';
const HAS_NAME = 'Must not contain the username.';

describe('a new password', () => {
  it.each([
    ['a passphrase', 'correct horse battery', []],
    ['eight characters', 'xq7!mzpw', []],
    ['seven characters', 'xq7!mzp', [TOO_SHORT]],
    ['nothing', '', [TOO_SHORT]],
    ['eight characters of two UTF-16 units each', '🦀🐙🦑🐡🐠🦞🦐🐟', []],
    ['seven of them', '🦀🐙🦑🐡🐠🦞🦐', [TOO_SHORT]],
    ['128 characters of four bytes', '🦀'.repeat(128), []],
    ['129 characters', 'x'.repeat(129), [TOO_LONG]],
    ['one of the most used', 'password1', [COMMON]],
    ['one of the most used in capitals', 'PASSWORD1', [COMMON]],
    ['the username', 'liddell_1', [HAS_NAME]],
    ['the username within, in another letter case', 'my-LIDDELL_1-pw', [HAS_NAME]],
  ])('of %s', (_, password, faults) => {
    expect(passwordFaults(password, 'Liddell_1')).toEqual(faults);
  });

  it('gets all its faults in one answer', () => {
    expect(passwordFaults('lid', 'Lid')).toEqual([TOO_SHORT, HAS_NAME]);
  });

  it('may contain a username of one or two characters, because that happens by chance', () => {
    expect(passwordFaults('correct horse', 'or')).toEqual([]);
    expect(passwordFaults('correct horse', 'hor')).toEqual([HAS_NAME]);
  });
});

describe('the list of the most used passwords', () => {
  it('is in lower case and has no duplicates', () => {
    expect(commonPasswords).toEqual(commonPasswords.map((one) => one.toLowerCase()));
    expect(new Set(commonPasswords).size).toBe(commonPasswords.length);
  });

  it.each(['password', '12345678', 'qwertyuiop', 'iloveyou', 'football', 'trustno1'])(
    'knows %s',
    (password) => {
      expect(passwordFaults(password, 'someone')).toEqual([COMMON]);
    },
  );
});
