import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldEmail } from '../../../functions/core/accounts/account.ts';
import { knownEmail, newEmail } from '../../../functions/protocol/requests.ts';
import { validate } from '../../../functions/protocol/validate.ts';
import { thrownBy } from '../support/rejection.ts';

const faultsOf = (value: unknown) => {
  const { errors } = thrownBy(() => validate(newEmail, value)) as { errors: Record<string, string[]> };
  return errors.body;
};

describe('the address of a new account', () => {
  it.each([
    'Alice@Example.org',
    'anna@xn--e1afmkfd.xn--p1ai',
    'anna&bob@example.org',
    'anna/sales=x@example.org',
    "o'brien!#$%*?^_`{|}~-@example.org",
    'a.b+c@example.org',
    '.a..b.@example.org',
    'root@localhost',
    'a@127.0.0.1',
    `a@${'b'.repeat(63)}.org`,
  ])('may be %s, as in a browser', (address) => {
    expect(validate(newEmail, address)).toBe(address);
  });

  it.each([
    '',
    'alice',
    'alice@',
    '@example.org',
    'a b@example.org',
    'alice@example.org, bob@example.org',
    'alice@example.org\0',
    'a@b@example.org',
    '"a b"@example.org',
    'a(b)@example.org',
    'a@[127.0.0.1]',
    'a@-example.org',
    'a@example-.org',
    'a@ex_ample.org',
    'a@example..org',
    'a@example.org.',
    `a@${'b'.repeat(64)}.org`,
    'é@example.org',
    'a@exämple.org/path',
    'a@exämple.org:80',
    'a@exämple.org?x#y',
    'a@ex\u00e4%41mple.org',
    'a@exä mple.org',
    'a@xn--ä.org',
    'a@ä..org',
    `a@${'ä'.repeat(64)}.org`,
    'a@\ud800.org',
  ])('may not be %j', (address) => {
    expect(faultsOf(address)).toEqual(['Must be an email address.']);
  });

  it.each([' a@b.c', 'a@b.c ', '\ta@b.c\r\n', '\u00a0a@b.c\u3000'])(
    'loses the white space around it: %j',
    (address) => {
      expect(validate(newEmail, address)).toBe('a@b.c');
      expect(validate(knownEmail, address)).toBe('a@b.c');
    },
  );
});

describe('all spellings of a domain are the same address', () => {
  const FORMS = [
    ['anna@пример.рф', 'anna@xn--e1afmkfd.xn--p1ai'],
    ['anna@ПРИМЕР.РФ', 'anna@XN--E1AFMKFD.XN--P1AI'],
    ['anna@пример。рф', 'anna@xn--e1afmkfd.рф'],
    ['anna@ｅｘａｍｐｌｅ.org', 'anna@example.org'],
    ['anna@bu\u0308cher.de', 'anna@b\u00fccher.de'],
    ['anna@faß.de', 'anna@xn--fa-hia.de'],
  ] as const;

  it.each(FORMS)('%s equals %s', (one, other) => {
    const forms = [one, other].flatMap((text) => [validate(newEmail, text), validate(knownEmail, text)]);
    expect(new Set(forms.map(foldEmail)).size).toBe(1);
    expect(forms[0]).toMatch(/^anna@[a-z0-9.-]+$/i);
  });

  it('at login as at registration, so the same text finds the account', () => {
    const part = fc.string({
      unit: fc.constantFrom(...'aZ9-.äßяش語ｅ。\u0308'),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(part, (domain) => {
        let made: string;
        try {
          made = validate(newEmail, `anna@${domain}`);
        } catch {
          return;
        }
        expect(validate(knownEmail, `anna@${domain}`)).toBe(made);
        expect(validate(newEmail, made)).toBe(made);
      }),
      { numRuns: 1_000 },
    );
  });
});

it('any text may be tried at login, because no account has such an address', () => {
  for (const text of ['alice', ' ', '@', 'a@xn--ä.org', 'a@exämple.org/path']) {
    expect(validate(knownEmail, text)).toBe(text.trim());
  }
});
