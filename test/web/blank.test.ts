import { expect, it } from 'vitest';
import { isBlank as isBlankToTheServer } from '../../functions/protocol/text.ts';
import { isBlank } from '../../web/state/blank.ts';

it('what the app takes for nothing to send, the server takes for blank, and the other way round', () => {
  expect(isBlank('')).toBe(isBlankToTheServer(''));
  const differing: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    if (isBlank(character) !== isBlankToTheServer(character)) differing.push(code.toString(16));
  }
  expect(differing).toEqual([]);
  expect(isBlank('\u200b\u3164 ')).toBe(true);
  expect(isBlank('\u200b☺\ufe0f')).toBe(false);
});
