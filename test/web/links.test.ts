import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../web/views/conversation/links.ts';

const links = (text: string) => piecesOf(text).flatMap(({ text: shown, href }) => (href ? [shown] : []));
const hrefs = (text: string) => piecesOf(text).flatMap(({ href }) => href ?? []);

const RLO = '\u202e';
const ZWSP = '\u200b';

describe('a link in a message', () => {
  it.each([
    'https://example.com',
    'http://localhost:8000',
    'HTTPS://EXAMPLE.COM/Path',
    'https://example.com:443/',
    'http://192.0.2.7:8080/x',
    'http://[2001:db8::1]:8000/x',
    'https://example.com/a?b=c#d',
    'https://a_b.example.com/',
    'https://xn--mnchen-3ya.example/',
    'https://en.wikipedia.org/wiki/Ada_(programming_language)',
    'https://example.com/a[1]{2}(3)',
    'https://example.com/search?q[]=1&q[]=2',
    'https://en.wikipedia.org/wiki/Rock_’n’_Roll_era',
    'https://en.wikipedia.org/wiki/Bose–Einstein_condensate',
    'https://de.wikipedia.org/wiki/Käse',
    'https://ja.wikipedia.org/wiki/日本・日本語',
    'https://he.wikipedia.org/wiki/עברית',
    'https://fa.wikipedia.org/wiki/می\u200cخواهم',
    'https://example.com/👩‍👩‍👧/x',
    'https://medium.example/@ada/1',
    'https://youtu.example/dQw4w9-_',
    'https://web.example/*/https://example.com/',
    'https://example.com/?next=https://other.example/',
  ])('is recognised as a whole: %s', (address) => {
    expect(links(address)).toEqual([address]);
    expect(links(`See ${address} and go on`)).toEqual([address]);
  });

  it.each([
    ['Look at https://example.com.', 'https://example.com'],
    ['Really, https://example.com/a...?!', 'https://example.com/a'],
    ['https://example.com/?', 'https://example.com/'],
    ['(https://example.com/a)', 'https://example.com/a'],
    ['(see https://en.wikipedia.org/wiki/Ada_(language)).', 'https://en.wikipedia.org/wiki/Ada_(language)'],
    ['(at https://example.com/a).Then', 'https://example.com/a'],
    ['https://example.com(or not)', 'https://example.com'],
    ['https://example.com/a(or not', 'https://example.com/a'],
    ['[https://example.com]', 'https://example.com'],
    ['[words](https://example.com/a)', 'https://example.com/a'],
    ['{"at":"https://example.com/a"}', 'https://example.com/a'],
    ['{https://example.com/a}', 'https://example.com/a'],
    ['https://example.com/a(b]c', 'https://example.com/a'],
    ['`https://example.com/a`', 'https://example.com/a'],
    ['<https://example.com/a>', 'https://example.com/a'],
    ['**https://example.com/a**', 'https://example.com/a'],
    ['_https://example.com/a_', 'https://example.com/a'],
    ['~~https://example.com~~', 'https://example.com'],
    ["'https://example.com/a'", 'https://example.com/a'],
    ['“https://example.com/x”!', 'https://example.com/x'],
    ['«https://example.com/x»', 'https://example.com/x'],
    ['„https://example.com/x“', 'https://example.com/x'],
    ['https://example.com/very/long…', 'https://example.com/very/long'],
    ['https://example.com – a dash', 'https://example.com'],
    ['https://example.com/a—', 'https://example.com/a'],
    ['見https://example.com。謝謝', 'https://example.com'],
    ['見https://example.com/a。謝謝', 'https://example.com/a'],
    ['（https://example.com/a）', 'https://example.com/a'],
    ['「https://example.com/a」を見て', 'https://example.com/a'],
    ['https://example.comを見て。', 'https://example.com'],
    ['https://example.com에서', 'https://example.com'],
    ['https://example.com，還有', 'https://example.com'],
    ['https://example.com/a！', 'https://example.com/a'],
    ['https://example.com؟', 'https://example.com'],
    ['https://example.com/a।', 'https://example.com/a'],
    [`https://example.com${ZWSP}x`, 'https://example.com'],
    [`https://example.com/a${ZWSP}b`, 'https://example.com/a'],
    ['https://example.com/a\u2060b', 'https://example.com/a'],
    ['https://example.com/a\u00adb', 'https://example.com/a'],
    ['https://example.com/\u200f', 'https://example.com/'],
    [`https://example.com/${RLO}gro.elpmaxe`, 'https://example.com/'],
    ['https://example.com/a\u2028b', 'https://example.com/a'],
    ['https://example.com/a\ud800b', 'https://example.com/a'],
    ['javascript:https://example.com/%0aalert(1)', 'https://example.com/%0aalert(1)'],
  ])('ends where a person would end it: %j', (text, address) => {
    expect(links(text)).toEqual([address]);
  });

  it.each([
    [
      'https://a.example,https://b.example;https://c.example',
      ['https://a.example', 'https://b.example', 'https://c.example'],
    ],
    ['https://a.example、https://b.example', ['https://a.example', 'https://b.example']],
    [
      'https://a.example/(https://b.example/(https://c.example/',
      ['https://a.example/', 'https://b.example/', 'https://c.example/'],
    ],
    ['https://a.example\nhttps://b.example', ['https://a.example', 'https://b.example']],
  ])('ends where the next link begins: %j', (text, addresses) => {
    expect(links(text)).toEqual(addresses);
  });

  it.each([
    ['of another host before the @', 'https://bank.example@evil.example'],
    ['of another host before the @', 'https://bank.example:443@evil.example/'],
    ['of another host before the @', 'https://bank.example:80:x@evil.example'],
    ['of another host before the @', 'https://https://bank.example@evil.example'],
    ['of another host after a \\', 'http://evil.example\\@good.example'],
    ['of another host after a \\', 'http://evil.example\\.good.example'],
    ['with an escaped host', 'http://%65vil.example'],
    ['with an escaped host', 'http://good.example%2f.evil.example'],
    ['of an IP address as a number', 'http://2130706433/'],
    ['of an IP address as a number', 'http://0x7f000001'],
    ['of an IP address as a number', 'http://127.1'],
    ['of an IP address as a number', 'http://0300.0250.0.1'],
    ['of an IPv6 address in another form', 'http://[0:0:0:0:0:0:0:1]/'],
    ['with Cyrillic letters in a Latin name', 'https://аpple.com'],
    ['with only Cyrillic letters that look Latin', 'https://аррӏе.com'],
    ['with Greek letters', 'https://gοοgle.com'],
    ['with a letter without its dot', 'https://tıktok.example'],
    ['with a mark below, where the underline is', 'https://ạpple.example'],
    ['with wide letters', 'https://ｅxample.com'],
    ['with the long s', 'https://ſecure.example'],
    ['with the sign for Kelvin', 'https://ban\u212a.example'],
    ['with a combining stroke', 'https://example.com\u0338evil.example'],
    ['with Chinese letters in its host', 'https://例え.example'],
    ['with Chinese letters in its host', 'https://example.例え'],
    ['with Chinese letters in its host', 'https://example.com例え.example'],
    ['with a katakana letter like a slash', 'https://good.exampleノpath.evil.example'],
    ['with a character that looks like a slash', 'https://good.example\u2215.evil.example'],
    ['with the sign for a/c', 'https://good.example\u2100.evil.example'],
    ['with an empty label', 'https://good..example'],
    ['with a * in it', 'https://exa*mple.com'],
    ['with an invalid port', 'https://example.com:99999'],
    ['with an invalid port', 'https://example.com:x'],
    ['without a host', 'https://'],
    ['without a host', 'https:///path'],
    ['without a host', 'http://.'],
    ['without a host', 'http://[::1'],
    ['within a word', 'xhttp://a.example'],
    ['of another scheme', 'javascript:alert(1)'],
    ['of another scheme', 'data:text/html,x'],
    ['of another scheme', 'ftp://example.com'],
    ['of another scheme', 'mailto:ada@example.com'],
    ['without a scheme', 'www.example.com, example.com'],
    ['without a scheme', 'ada@example.com'],
    ['with one slash', 'https:/example.com'],
  ])('%s is not recognised: %j', (_why, text) => {
    expect(links(text)).toEqual([]);
  });

  it('has the target that it shows', () => {
    expect(hrefs('https://example.com:443/a b')).toEqual(['https://example.com/a']);
    expect(hrefs('https://en.wikipedia.org/wiki/Käse')).toEqual(['https://en.wikipedia.org/wiki/K%C3%A4se']);
  });
});

describe('for any text', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.constantFrom(
      ...[
        'http://',
        'https://',
        'HTTPS://',
        'a.example',
        'evil.example',
        'а',
        '例',
        '。',
        'ı',
        'ſ',
        '\u212a',
        '1',
        '0x7f.1',
        ':80',
      ],
      ...[
        '@',
        '\\',
        '/',
        '?',
        '#',
        '%2f',
        '%40',
        '.',
        ',',
        ';',
        '(',
        ')',
        '[',
        ']',
        '[::1]',
        '{',
        '}',
        '<',
        '"',
        '`',
        '…',
        '*',
        '_',
      ],
      ...[' ', '\n', '\t', ZWSP, RLO, '\u2066', '\u200f', '\u00ad', '\ufe0f', '\u0338', '\u2215', '👩‍👩‍👧'],
    ),
  );
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  /** The host as a reader sees it: from the scheme to the first `/`, `?` or `#`. */
  const shownHost = (address: string) => /^https?:\/\/([^/?#]*)/i.exec(address)?.[1]?.toLowerCase();

  it('the pieces joined are the text', () => {
    fc.assert(
      fc.property(text, (message) => {
        const pieces = piecesOf(message);
        expect(pieces.map((piece) => piece.text).join('')).toBe(message);
        expect(pieces.filter((piece) => piece.text === '')).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('each link leads to the host that it shows', () => {
    let recognised = 0;
    fc.assert(
      fc.property(text, (message) => {
        for (const { text: shown, href } of piecesOf(message)) {
          if (href === undefined) continue;
          recognised += 1;
          const { protocol, host, hostname, username, password, port } = new URL(href);
          const withPort = `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`;
          expect([host, withPort]).toContain(shownHost(shown)?.replace(/:0+(?=\d)/, ':'));
          expect(shownHost(shown)).toMatch(/^[\x21-\x7e]+$/);
          expect(['http:', 'https:']).toContain(protocol);
          expect(shown.toLowerCase().startsWith(`${protocol}//`)).toBe(true);
          expect([username, password]).toEqual(['', '']);
          expect(shown).not.toMatch(/[\s\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069"<>`…。]/);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(recognised).toBeGreaterThan(200);
  });
});
