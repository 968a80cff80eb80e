import { httpStack } from '../middleware/http-stack.ts';
import { allowedMethods, type Route } from '../protocol/allowed-methods.ts';
import { MethodNotAllowed, NotFound } from '../protocol/errors.ts';
import { config } from '../runtime/config.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';

/** The routes that exist; their twins for trailing slashes are no places of their own. */
const routes = (JSON.parse(config.text('ROUTES')) as Route[]).filter(
  ([, path]) => !path.endsWith('/{slash+}'),
);

/** `$default`: what no route takes. 405 where another method would do, else 404. */
export const handler = httpStack({ logger, count }).handler(async ({ rawPath, requestContext }) => {
  const allow = allowedMethods(routes, rawPath);
  if (allow.length > 0) throw new MethodNotAllowed(requestContext.http.method, allow);
  throw new NotFound(rawPath);
});
