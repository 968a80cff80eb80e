import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../web/views/conversation/pieces.ts';

const links = (text: string) => piecesOf(text).flatMap(({ text: shown, href }) => (href ? [shown] : []));

describe('the pieces of a message', () => {
  it('find addresses', () => {
    expect(links('See https://example.com/a?b=c#d and http://localhost:8000')).toEqual([
      'https://example.com/a?b=c#d',
      'http://localhost:8000',
    ]);
  });

  it.each([
    ['Look at https://example.com.', 'https://example.com'],
    ['(https://example.com/a)', 'https://example.com/a'],
    ['https://en.wikipedia.org/wiki/Ada_(language)', 'https://en.wikipedia.org/wiki/Ada_(language)'],
    ['(see https://en.wikipedia.org/wiki/Ada_(language)).', 'https://en.wikipedia.org/wiki/Ada_(language)'],
    ['“https://example.com/x”!', 'https://example.com/x'],
  ])('leave the sentence’s own marks out: %s', (text, link) => {
    expect(links(text)).toEqual([link]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'https://', 'xhttp://a.b', 'ftp://example.com'])(
    'follow nothing else: %s',
    (text) => {
      expect(links(text)).toEqual([]);
    },
  );

  it('are the message, character by character', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('http://', 'https://a.b', ' ', '(', ')', '.', '<', '\n'),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        expect(
          piecesOf(text)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('take no longer for an address of 4,000 brackets', () => {
    const text = `https://example.com/${')'.repeat(4_000)}`;
    expect(links(text)).toEqual(['https://example.com/']);
  });
});
