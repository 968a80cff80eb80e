/**
 * A pattern as a regular expression for the whole text: `*` stands for any text, `?` for any one character.
 * IAM policies and CloudFront's behaviours share this notation.
 */
export function wildcard(pattern: string, flags = ''): RegExp {
  const source = escapePattern(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  return new RegExp(`^${source}$`, `${flags}s`);
}

/**
 * The path pattern of a behaviour. It is case-sensitive, its `*` includes slashes, and its leading slash is optional.
 * The query string is not part of the path.
 */
export function pathPattern(pattern: string): RegExp {
  return wildcard(`/${pattern.replace(/^\//, '')}`);
}

/** RegExp.escape, which the language level of this project does not have yet. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
