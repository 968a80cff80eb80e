import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { texts } from '../../web/texts.ts';

const folder = new URL('../../web/', import.meta.url).pathname;

/** The app's sources, with the local name of a group of texts replaced by its full path. */
const sources = globSync(`${folder}**/*.{ts,tsx}`)
  .map((file) => readFileSync(file, 'utf8'))
  .map((source) => {
    const [, short, group] = /const (\w+) = (texts\.\w+);/.exec(source) ?? [];
    return short && group ? source.replaceAll(new RegExp(`\\b${short}\\.`, 'g'), `${group}.`) : source;
  })
  .join('\n');

/**
 * The path of each text, such as `texts.conversation.send`. Groups that are looked up by a code or a state count as
 * one.
 */
function namesOf(group: object, path = 'texts'): readonly string[] {
  return Object.entries(group).flatMap(([name, text]) =>
    typeof text === 'object' && !['errors', 'fields', 'states'].includes(name)
      ? namesOf(text, `${path}.${name}`)
      : [`${path}.${name}`],
  );
}

it('the app uses every text', () => {
  expect(namesOf(texts).length).toBeGreaterThan(80);
  expect(namesOf(texts).filter((name) => !new RegExp(`${name}\\b`).test(sources))).toEqual([]);
});

describe('the title of the page', () => {
  it.each([
    [{ count: 0, mentions: 0, isComplete: true }, '', 'Parley'],
    [{ count: 3, mentions: 0, isComplete: true }, '', '(3) Parley'],
    [{ count: 3, mentions: 0, isComplete: true }, 'ada', '(3) ada · Parley'],
    // The client is still counting: so many at least.
    [{ count: 50, mentions: 0, isComplete: false }, 'ada', '(50+) ada · Parley'],
    [{ count: 50, mentions: 0, isComplete: false }, '', '(50+) Parley'],
    [{ count: 0, mentions: 0, isComplete: false }, 'ada', 'ada · Parley'],
  ])('with %j unread and the view “%s” is “%s”', (unread, view, title) => {
    expect(texts.title(unread, view)).toBe(title);
  });
});
