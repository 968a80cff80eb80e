import type { IncomingMessage } from 'node:http';
import type { CorsSpec } from '../model.ts';

type Headers = Record<string, string>;

/** A preflight is the gateway's to answer wherever CORS is configured, with or without a route. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** The headers of a preflight's answer; none of CORS for an origin that is not allowed. */
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

/** The headers that the gateway adds to an integration's answer. */
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

/** Where CORS is configured, the CORS headers that a function returns are ignored. */
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
