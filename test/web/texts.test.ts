import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { texts } from '../../web/texts.ts';

const folder = new URL('../../web/', import.meta.url).pathname;

/** The app's own words, with the short name that a file gives to its group of texts written out. */
const sources = globSync(`${folder}**/*.{ts,tsx}`)
  .map((file) => readFileSync(file, 'utf8'))
  .map((source) => {
    const [, short, group] = /const (\w+) = (texts\.\w+);/.exec(source) ?? [];
    return short && group ? source.replaceAll(new RegExp(`\\b${short}\\.`, 'g'), `${group}.`) : source;
  })
  .join('\n');

/** `texts.conversation.send`, of every text; those that are looked up by a code or a state stand for all of their group. */
function namesOf(group: object, path = 'texts'): readonly string[] {
  return Object.entries(group).flatMap(([name, text]) =>
    typeof text === 'object' && !['refusals', 'fields', 'states'].includes(name)
      ? namesOf(text, `${path}.${name}`)
      : [`${path}.${name}`],
  );
}

it('every text is said somewhere', () => {
  expect(namesOf(texts).length).toBeGreaterThan(80);
  expect(namesOf(texts).filter((name) => !new RegExp(`${name}\\b`).test(sources))).toEqual([]);
});
