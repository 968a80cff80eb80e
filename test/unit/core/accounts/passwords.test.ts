import { describe, expect, it } from 'vitest';
import commonPasswords from '../../../../functions/core/accounts/common-passwords.json' with { type: 'json' };
import { passwordFaults } from '../../../../functions/core/accounts/passwords.ts';

const TOO_SHORT = 'Must have at least 8 characters.';
const TOO_LONG = 'Must have at most 256 characters.';
const COMMON = 'This password is among the most used ones.';
const HAS_NAME = 'Must not contain the username.';
const ONLY_NAMES = 'Must be more than your name or the name of this service.';
const RUN = 'Must not be one character again and again, or a sequence.';

const ALICE = {
  username: 'Liddell_1',
  email: 'a.pleasance+news@example.com',
  firstName: 'Alice Ann',
  lastName: 'Liddéll',
};
/** Nothing else is known of this user. */
const called = (username: string) => ({ username, email: '@', firstName: '', lastName: '' });

describe('a new password', () => {
  it.each([
    ['a passphrase', 'correct horse battery', []],
    ['eight characters', 'xq7!mzpw', []],
    ['seven characters', 'xq7!mzp', [TOO_SHORT]],
    ['nothing', '', [TOO_SHORT]],
    ['eight characters of two UTF-16 units each', '🦀🐙🦑🐡🐠🦞🦐🐟', []],
    ['seven of them', '🦀🐙🦑🐡🐠🦞🦐', [TOO_SHORT]],
    ['256 characters of four bytes', '🦀🐙'.repeat(128), []],
    ['257 characters', `${'xy'.repeat(128)}z`, [TOO_LONG]],
    ['one of the most used', 'password1', [COMMON]],
    ['one of the most used in capitals', 'PASSWORD1', [COMMON]],
    ['the username', 'liddell_1', [HAS_NAME]],
    ['the username within, in another letter case', 'my-LIDDELL_1-pw', [HAS_NAME]],
  ])('of %s', (_, password, faults) => {
    expect(passwordFaults(password, ALICE)).toEqual(faults);
  });

  it('gets all its faults in one answer', () => {
    expect(passwordFaults('lid', called('Lid'))).toEqual([TOO_SHORT, HAS_NAME]);
  });

  it('may contain a username of one or two characters, because that happens by chance', () => {
    expect(passwordFaults('correct horse', called('or'))).toEqual([]);
    expect(passwordFaults('correct horse', called('hor'))).toEqual([HAS_NAME]);
  });
});

describe('a new password that is easy to guess', () => {
  it.each([
    ['one character', 'zzzzzzzz', [RUN]],
    ['one character of two UTF-16 units', '🦀'.repeat(8), [RUN]],
    ['32 times one character', 'é'.repeat(32), [RUN]],
    ['37 times one character, which nobody tries first', 'é'.repeat(37), []],
    ['a sequence', 'efghijkl', [RUN]],
    ['a sequence backwards, in mixed letter case', 'zYxWvUtS', [RUN]],
    ['a sequence of another alphabet', 'абвгдежз', [RUN]],
    ['two characters in turn', 'xzxzxzxz', []],
    ['a sequence and more', 'efghijkl-mosaic', []],
    ['the username with signs and digits for letters', '-L1dd3|l_!-', [HAS_NAME]],
    ['the last name, a sign and a year', 'Liddell!1865', [ONLY_NAMES]],
    ['the last name without its accent, backwards', 'lleddil-1865', [ONLY_NAMES]],
    ['both first names', 'alice.ann.alice', [ONLY_NAMES]],
    ['a sequence with a first name within', '12345alice678', [ONLY_NAMES]],
    ['a first name and digits that are a sequence', 'alice-123456789', [ONLY_NAMES]],
    ['the mailbox', 'pleasance#77', [ONLY_NAMES]],
    ['the service', 'parleyparley', [ONLY_NAMES]],
    ['the service with signs and digits for letters', 'P4r13y-2026', [ONLY_NAMES]],
    ['the service and the first name', 'parley4alice', [ONLY_NAMES]],
    ['the first name within a passphrase', 'alice met a white rabbit', []],
    ['the first name and a number that is long', 'alice-90210-77', []],
  ])('is refused or not: %s', (_, password, faults) => {
    expect(passwordFaults(password, ALICE)).toEqual(faults);
  });

  it('is not refused for a name of two letters', () => {
    expect(passwordFaults('bo-1987-bo', { ...called('x'), firstName: 'Bo' })).toEqual([]);
  });

  it('is not found by the name of the mail provider', () => {
    expect(passwordFaults('example-1865', { ...called('x'), email: 'x@example.com' })).toEqual([]);
  });

  it.each(['(a+)+$', '[^a]{1000}', '\\u{61}', '.*.*.*'])(
    'does not take a name for a pattern: %s',
    (firstName) => {
      expect(passwordFaults('aaaaaaaabaaaaaaac', { ...called(firstName), firstName })).toEqual([]);
    },
  );

  it('takes a time that is linear in the texts, whatever they are', () => {
    const names = [...'al1|0o'].map((one) => one.repeat(150));
    const password = 'al1|0o'.repeat(43).slice(0, 256);
    const before = process.cpuUsage();
    for (let i = 0; i < 100; i += 1) {
      const [username = '', firstName = '', lastName = ''] = [...names.slice(i % 4), ...names];
      passwordFaults(password, { username, firstName, lastName, email: `${names[0]}@example.com` });
    }
    // 5 ms each, many times what it takes.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
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
      expect(passwordFaults(password, called('someone'))).toEqual([COMMON]);
    },
  );
});
