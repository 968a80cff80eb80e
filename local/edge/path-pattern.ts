import { escapePattern } from '../gateway/escape-pattern.ts';

/**
 * A path pattern of a cache behaviour: case-sensitive, `*` for any characters, slashes among them, `?` for
 * exactly one, with or without its leading slash. Query strings do not count.
 */
export function pathPattern(pattern: string): RegExp {
  const source = escapePattern(pattern.replace(/^\//, '')).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  return new RegExp(`^/${source}$`, 's');
}
