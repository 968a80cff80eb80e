import { describe, expect, it } from 'vitest';
import { resetLetter, verificationLetter } from '../../../../functions/core/mail/letters.ts';

const to = 'ada@example.com';
const link = 'https://chat.example/#/reset/x.y';

describe.each([
  ['a new password', resetLetter, '30 minutes'],
  ['an address', verificationLetter, '24 hours'],
])('the mail about %s', (_, letter, lifetime) => {
  const mail = letter({ to, link });

  it('has the same words and the same link as text and as HTML', () => {
    const words = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
    const shown = mail.html.replace(/<title>.*<\/title>/, '').replaceAll(/<[^>]+>/g, ' ');
    expect(words(mail.text).replace(`: ${link}`, '')).toBe(words(shown));
    expect(mail.text.match(/https:\S+/g)).toEqual([link]);
    expect([...mail.html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url]) => url)).toEqual([link]);
  });

  it('says how long the link works, and what to do if the owner did not ask', () => {
    expect(mail.text).toContain(lifetime);
    expect(mail.text).toContain('do nothing');
  });

  it('has a subject of one line in ASCII, and goes to one address', () => {
    expect(mail.subject).toMatch(/^[\x20-\x7e]{1,60}$/);
    expect(mail.to).toBe(to);
  });
});
