/** A route of the HTTP API: its method and its path with `{variables}`. */
export type Route = readonly [method: string, path: string];

/**
 * The methods of a path, with or without its trailing slash; none if no route matches. As in API Gateway, a literal
 * path takes precedence over one with variables.
 */
export function allowedMethods(routes: readonly Route[], path: string): readonly string[] {
  const segments = segmentsOf(path);
  const fitting = routes.filter(([, pattern]) => matches(segmentsOf(pattern), segments));
  const fewest = Math.min(...fitting.map(([, pattern]) => variablesIn(pattern)));
  return [
    ...new Set(fitting.filter(([, pattern]) => variablesIn(pattern) === fewest).map(([method]) => method)),
  ];
}

function variablesIn(pattern: string): number {
  return pattern.split('{').length - 1;
}

function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/');
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const isGreedy = pattern.at(-1)?.endsWith('+}') ?? false;
  const fixed = isGreedy ? pattern.slice(0, -1) : pattern;
  const fitsLength = isGreedy ? segments.length >= fixed.length : segments.length === fixed.length;
  return (
    fitsLength &&
    fixed.every((part, i) => part === segments[i] || (part.startsWith('{') && segments[i] !== ''))
  );
}
