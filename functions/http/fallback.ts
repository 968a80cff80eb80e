import { answer, withoutSlash } from '../middleware/http-replies.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { allowedMethods, type Route } from '../protocol/allowed-methods.ts';
import { MethodNotAllowed, NotFound } from '../protocol/errors.ts';
import { config } from '../runtime/config.ts';
import { openHttpEntry } from '../runtime/wiring.ts';

const routes: readonly Route[] = JSON.parse(config.text('ROUTES'));

/**
 * `$default`: requests without a route. `OPTIONS` lists the methods of the path (RFC 9110 §9.3.7), others get 405 or 404. A path
 * that has the method came here because of its slash.
 */
export const handler = httpStack(openHttpEntry()).handler(async (event) => {
  const { rawPath, requestContext } = event;
  const { method } = requestContext.http;
  const allow = allowedMethods(routes, rawPath);
  if (allow.includes(method) && rawPath.endsWith('/')) return withoutSlash(event);
  if (allow.length > 0 && method === 'OPTIONS') {
    return answer(204, { allow: [...allow, 'OPTIONS'].join(', ') });
  }
  if (allow.length > 0) throw new MethodNotAllowed(method, allow);
  throw new NotFound(rawPath);
});
