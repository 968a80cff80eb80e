import { type HttpEntry, isDeployed, type OptionalParts } from './functions.ts';

export interface HttpRouteSpec {
  readonly method: 'DELETE' | 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT';
  readonly path: string;
  readonly entry: HttpEntry;
}

const operations: readonly HttpRouteSpec[] = [
  // A stage has one of these two.
  { method: 'POST', path: '/users/register', entry: 'http/register' },
  { method: 'POST', path: '/users/register', entry: 'http/sign-up' },
  { method: 'POST', path: '/users/register/confirm', entry: 'http/confirm-sign-up' },
  { method: 'POST', path: '/users/token', entry: 'http/token' },
  { method: 'POST', path: '/users/token/refresh', entry: 'http/refresh' },
  { method: 'POST', path: '/users/token/exchange', entry: 'http/exchange' },
  { method: 'POST', path: '/users/password/reset', entry: 'http/reset-password' },
  { method: 'POST', path: '/users/password/reset/confirm', entry: 'http/confirm-reset' },
  { method: 'POST', path: '/users/email/verification', entry: 'http/verify-email' },
  { method: 'POST', path: '/users/logout', entry: 'http/logout' },
  { method: 'GET', path: '/users', entry: 'http/list-users' },
  { method: 'GET', path: '/users/me', entry: 'http/me' },
  { method: 'PATCH', path: '/users/me', entry: 'http/me' },
  { method: 'DELETE', path: '/users/me', entry: 'http/delete-account' },
  { method: 'POST', path: '/users/me/password', entry: 'http/own-password' },
  { method: 'POST', path: '/users/me/email/verification', entry: 'http/send-verification' },
  { method: 'GET', path: '/users/me/sessions', entry: 'http/sessions' },
  { method: 'DELETE', path: '/users/me/sessions', entry: 'http/sessions' },
  { method: 'DELETE', path: '/users/me/sessions/{session_id}', entry: 'http/sessions' },
  { method: 'GET', path: '/users/me/export', entry: 'http/export' },
  { method: 'GET', path: '/users/me/blocks', entry: 'http/blocks' },
  { method: 'GET', path: '/users/{user_id}', entry: 'http/user' },
  { method: 'PUT', path: '/users/{user_id}/block', entry: 'http/blocks' },
  { method: 'DELETE', path: '/users/{user_id}/block', entry: 'http/blocks' },
  { method: 'PUT', path: '/users/{user_id}/suspension', entry: 'http/suspension' },
  { method: 'DELETE', path: '/users/{user_id}/suspension', entry: 'http/suspension' },
  { method: 'GET', path: '/users/{user_id}/audit', entry: 'http/audit' },
  { method: 'POST', path: '/reports', entry: 'http/report' },
  { method: 'GET', path: '/reports', entry: 'http/reports' },
  { method: 'POST', path: '/reports/{report_id}/resolve', entry: 'http/reports' },
  { method: 'GET', path: '/chat/history/{user_id}', entry: 'http/history' },
  { method: 'GET', path: '/conversations', entry: 'http/conversations' },
  { method: 'POST', path: '/conversations', entry: 'http/groups' },
  { method: 'GET', path: '/conversations/{conversation}', entry: 'http/conversations' },
  { method: 'PATCH', path: '/conversations/{conversation}', entry: 'http/groups' },
  { method: 'DELETE', path: '/conversations/{conversation}', entry: 'http/groups' },
  { method: 'PATCH', path: '/conversations/{conversation}/settings', entry: 'http/settings' },
  { method: 'PUT', path: '/conversations/{conversation}/members/{user_id}', entry: 'http/groups' },
  { method: 'DELETE', path: '/conversations/{conversation}/members/{user_id}', entry: 'http/groups' },
  { method: 'GET', path: '/conversations/{conversation}/messages', entry: 'http/messages' },
  { method: 'POST', path: '/conversations/{conversation}/messages', entry: 'http/send-message' },
  { method: 'PATCH', path: '/conversations/{conversation}/messages/{seq}', entry: 'http/change-message' },
  { method: 'DELETE', path: '/conversations/{conversation}/messages/{seq}', entry: 'http/change-message' },
  {
    method: 'PUT',
    path: '/conversations/{conversation}/messages/{seq}/reactions/{emoji}',
    entry: 'http/change-message',
  },
  {
    method: 'DELETE',
    path: '/conversations/{conversation}/messages/{seq}/reactions/{emoji}',
    entry: 'http/change-message',
  },
  { method: 'GET', path: '/conversations/{conversation}/invitations', entry: 'http/invitations' },
  { method: 'POST', path: '/conversations/{conversation}/invitations', entry: 'http/invitations' },
  {
    method: 'DELETE',
    path: '/conversations/{conversation}/invitations/{invitation}',
    entry: 'http/invitations',
  },
  { method: 'POST', path: '/invitations/preview', entry: 'http/invitations' },
  { method: 'POST', path: '/invitations/join', entry: 'http/join' },
  { method: 'POST', path: '/ws/ticket', entry: 'http/ticket' },
  { method: 'GET', path: '/schema', entry: 'http/schema' },
];

/** Routes without a twin: a file's name, and a page whose `{asset+}` matches what follows the slash. */
const exactOperations: readonly HttpRouteSpec[] = [
  { method: 'GET', path: '/.well-known/jwks.json', entry: 'http/jwks' },
  { method: 'GET', path: '/schema/swagger-ui', entry: 'http/api-docs' },
  { method: 'GET', path: '/schema/swagger-ui/{asset+}', entry: 'http/api-docs' },
];

const routes = operations.flatMap(withHead);
const exactRoutes = exactOperations.flatMap(withHead);

/**
 * The routes of every operation. API Gateway refuses route keys that end in "/", and treats `/x/` and `/x` as two
 * paths. So each route has a twin that matches what follows its slash. If that is not empty, the function answers
 * 404. `{proxy+}` is the name that AWS's documents use: some emulators know no other greedy variable.
 */
export const httpRoutes: readonly HttpRouteSpec[] = [...routes.flatMap(withTwin), ...exactRoutes];

/** The routes of a stage with these settings. */
export function routesWith(settings: OptionalParts): readonly HttpRouteSpec[] {
  return httpRoutes.filter(({ entry }) => isDeployed(entry, settings));
}

/** The same without their twins. */
export function routesWithoutTwins(settings: OptionalParts): readonly HttpRouteSpec[] {
  return [...routes, ...exactRoutes].filter(({ entry }) => isDeployed(entry, settings));
}

/**
 * A twin matches more than its own path: `GET /users/{proxy+}` would match `GET /users/token`, for which `$default`
 * should answer 405. More specific routes send such requests to the fallback.
 */
export const refusedRoutes: readonly HttpRouteSpec[] = [...new Set(routes.map(({ path }) => path))]
  .flatMap((path) => {
    const above = routes.filter((other) => path.startsWith(`${other.path}/`));
    const methods = [...new Set(above.map(({ method }) => method))];
    return methods.map((method): HttpRouteSpec => ({ method, path, entry: 'http/fallback' }));
  })
  .filter(({ method, path }) => !routes.some((route) => route.method === method && route.path === path))
  .flatMap(withTwin);

/**
 * Every GET has a HEAD (RFC 9110 §9.1), which an HTTP API does not add by itself. The function answers as to GET. The
 * gateway sends the headers, with the length of the body, and leaves the body out.
 */
function withHead(route: HttpRouteSpec): HttpRouteSpec[] {
  return route.method === 'GET' ? [route, { ...route, method: 'HEAD' }] : [route];
}

function withTwin(route: HttpRouteSpec): HttpRouteSpec[] {
  return [route, { ...route, path: `${route.path}/{proxy+}` }];
}
