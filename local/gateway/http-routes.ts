import { type Assumed, nothingAssumed } from '../assumptions.ts';
import { escapePattern } from '../wildcard.ts';

export interface RouteMatch<Route> {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface CompiledRoute<Route> {
  readonly route: Route;
  readonly method: string;
  readonly pattern: RegExp;
  readonly variables: readonly string[];
  readonly rank: string;
}

const variable = /^\{([^}+]+)(\+?)\}$/;

/**
 * Selects a route as an HTTP API does: the most specific path that has the method. Literals come before variables, full
 * matches before greedy variables, and `$default` is last.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 *
 * Unless `assumed` says otherwise, a greedy variable also matches an empty rest: `/users/{proxy+}` matches `/users/`. A
 * variable does not match an empty segment.
 *
 * @throws URIError for malformed percent-encoding in a path variable
 */
export function compileRoutes<Route extends { readonly key: string }>(
  routes: readonly Route[],
  assumed: Assumed = nothingAssumed,
): (method: string, path: string) => RouteMatch<Route> | undefined {
  const fallback = routes.find(({ key }) => key === '$default');
  const compiled = routes
    .filter((route) => route !== fallback)
    .map((route) => compile(route, assumed))
    .sort((one, other) => (one.rank < other.rank ? -1 : 1));

  return (method, path) => {
    for (const candidate of compiled) {
      if (candidate.method !== 'ANY' && candidate.method !== method) {
        continue;
      }
      const values = candidate.pattern.exec(path);
      if (values !== null) {
        const parameters = candidate.variables.map((name, index) => [
          name,
          decodeURIComponent(values[index + 1] ?? ''),
        ]);
        return { route: candidate.route, pathParameters: Object.fromEntries(parameters) };
      }
    }
    return fallback && { route: fallback, pathParameters: {} };
  };
}

function compile<Route extends { readonly key: string }>(
  route: Route,
  assumed: Assumed,
): CompiledRoute<Route> {
  const rest = assumed.has('greedy-needs-rest') ? '(.+)' : '(.*)';
  const one = assumed.has('empty-segment-matches') ? '([^/]*)' : '([^/]+)';
  const [method = '', path = ''] = route.key.split(' ');
  const segments = path
    .slice(1)
    .split('/')
    .map((segment) => {
      const [, name, greedy] = variable.exec(segment) ?? [];
      if (name === undefined) {
        return { name, pattern: escapePattern(segment), rank: '0' };
      }
      return greedy ? { name, pattern: rest, rank: '2' } : { name, pattern: one, rank: '1' };
    });
  const isGreedy = segments.at(-1)?.rank === '2';
  return {
    route,
    method,
    pattern: new RegExp(`^/${segments.map((segment) => segment.pattern).join('/')}$`),
    variables: segments.flatMap(({ name }) => name ?? []),
    rank: [isGreedy ? '1' : '0', ...segments.map(({ rank }) => rank), method === 'ANY' ? '9' : '0'].join(''),
  };
}
