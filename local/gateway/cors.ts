import type { IncomingMessage } from 'node:http';
import type { CorsSpec } from '../model.ts';

type Headers = Record<string, string>;

/** Whether this is a preflight. With CORS configured, the gateway itself answers it, even for a path without a route. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** The headers of the response to a preflight. An origin that is not allowed gets no CORS headers. */
export function preflightHeaders(cors: CorsSpec, origin: string): Headers {
  const allowed = originHeaders(cors, origin);
  if (allowed === undefined) {
    return {};
  }
  return {
    ...allowed,
    ...(cors.methods.length > 0 && { 'access-control-allow-methods': cors.methods.join(',') }),
    ...(cors.headers.length > 0 && { 'access-control-allow-headers': cors.headers.join(',') }),
    ...(cors.maxAgeSeconds !== undefined && { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
}

/** The CORS headers that the gateway adds to the response of an integration. */
export function responseHeaders(cors: CorsSpec, origin: string): Headers {
  const allowed = originHeaders(cors, origin);
  if (allowed === undefined) {
    return {};
  }
  return {
    ...allowed,
    ...(cors.exposed.length > 0 && { 'access-control-expose-headers': cors.exposed.join(',') }),
  };
}

/** Drops CORS headers. With CORS configured, API Gateway ignores those that a function returns. */
export function withoutCors<Value>(headers: Readonly<Record<string, Value>>): Record<string, Value> {
  const others = Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'));
  return Object.fromEntries(others);
}

function originHeaders(cors: CorsSpec, origin: string): Headers | undefined {
  if (cors.origins.includes('*')) {
    return { 'access-control-allow-origin': '*' };
  }
  const scheme = `${origin.split('://')[0]}://*`;
  if (!cors.origins.includes(origin) && !cors.origins.includes(scheme)) {
    return undefined;
  }
  return {
    'access-control-allow-origin': origin,
    vary: 'Origin',
    ...(cors.credentials && { 'access-control-allow-credentials': 'true' }),
  };
}
