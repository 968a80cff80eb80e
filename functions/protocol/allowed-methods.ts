/** A route of the HTTP API: its method and its path with `{variables}`. */
export type Route = readonly [method: string, path: string];

/** The methods that some route has for a path, with or without its trailing slash; none when there is nothing there. */
export function allowedMethods(routes: readonly Route[], path: string): readonly string[] {
  const segments = segmentsOf(path);
  return [
    ...new Set(
      routes.filter(([, pattern]) => matches(segmentsOf(pattern), segments)).map(([method]) => method),
    ),
  ];
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
