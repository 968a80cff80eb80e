import type { HttpEntry } from './functions.ts';

export interface HttpRouteSpec {
  readonly method: 'GET' | 'HEAD' | 'PATCH' | 'POST';
  readonly path: string;
  readonly entry: HttpEntry;
}

const operations: readonly HttpRouteSpec[] = [
  { method: 'POST', path: '/users/register', entry: 'http/register' },
  { method: 'POST', path: '/users/token', entry: 'http/token' },
  { method: 'POST', path: '/users/token/refresh', entry: 'http/refresh' },
  { method: 'POST', path: '/users/logout', entry: 'http/logout' },
  { method: 'GET', path: '/users', entry: 'http/list-users' },
  { method: 'GET', path: '/users/me', entry: 'http/me' },
  { method: 'PATCH', path: '/users/me', entry: 'http/me' },
  { method: 'GET', path: '/users/{user_id}', entry: 'http/user' },
  { method: 'GET', path: '/chat/history/{user_id}', entry: 'http/history' },
  { method: 'GET', path: '/conversations', entry: 'http/conversations' },
  { method: 'GET', path: '/conversations/{conversation}', entry: 'http/conversations' },
  { method: 'GET', path: '/conversations/{conversation}/messages', entry: 'http/messages' },
  { method: 'POST', path: '/conversations/{conversation}/messages', entry: 'http/send-message' },
  { method: 'GET', path: '/schema', entry: 'http/schema' },
];

/** Those whose path has no second spelling: a file's name, and a page whose `{asset+}` takes what follows the slash. */
const exactOperations: readonly HttpRouteSpec[] = [
  { method: 'GET', path: '/.well-known/jwks.json', entry: 'http/jwks' },
  { method: 'GET', path: '/schema/swagger-ui', entry: 'http/schema' },
  { method: 'GET', path: '/schema/swagger-ui/{asset+}', entry: 'http/schema' },
];

const routes = operations.flatMap(withHead);

/**
 * Every operation's routes. API Gateway refuses route keys that end in "/" and takes `/x/` for another path than `/x`,
 * so each route has a twin that catches what follows its slash; a function answers 404 when that is not empty.
 */
export const httpRoutes: readonly HttpRouteSpec[] = [
  ...routes.flatMap(withTwin),
  ...exactOperations.flatMap(withHead),
];

/**
 * A twin catches more than its own path: `GET /users/{slash+}` takes `GET /users/token` before `$default` could answer
 * that this is the wrong method. Routes that fit better send such requests to the fallback all the same.
 */
export const refusedRoutes: readonly HttpRouteSpec[] = routes
  .flatMap(({ path }) =>
    routes
      .filter((above) => path.startsWith(`${above.path}/`))
      .map(({ method }): HttpRouteSpec => ({ method, path, entry: 'http/fallback' })),
  )
  .filter(({ method, path }) => !routes.some((route) => route.method === method && route.path === path))
  .flatMap(withTwin);

/**
 * Whatever has GET has HEAD (RFC 9110 §9.1), which an HTTP API does not add by itself. The function answers as to GET; the
 * gateway sends the headers, with the length of the body, and leaves the body out.
 */
function withHead(route: HttpRouteSpec): HttpRouteSpec[] {
  return route.method === 'GET' ? [route, { ...route, method: 'HEAD' }] : [route];
}

function withTwin(route: HttpRouteSpec): HttpRouteSpec[] {
  return [route, { ...route, path: `${route.path}/{slash+}` }];
}
