import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { isRetriable, ParleyError, ValidationFailed } from '../core/errors.ts';
import { MethodNotAllowed, UnsupportedEncoding } from '../protocol/errors.ts';

export type HttpReply = APIGatewayProxyStructuredResultV2;

export function json(statusCode: number, value: unknown, headers: Record<string, string> = {}): HttpReply {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

export const noContent: HttpReply = { statusCode: 204 };

/**
 * Sends a caller of the bare API to the path without its last slash. AWS does not document whether the variable behind a
 * slash matches nothing, so API Gateway may select another route for `/users/` than for `/users`, or none.
 */
export function withoutSlash({ rawPath, rawQueryString }: APIGatewayProxyEventV2): HttpReply {
  // API Gateway has decoded the path, but not the query.
  const path = rawPath.slice(0, -1).split('/').map(encodeURIComponent).join('/');
  const query = rawQueryString && `?${rawQueryString}`;
  return { statusCode: 308, headers: { location: path + query } };
}

/** For answers with tokens (RFC 6749 §5.1). */
export const NO_STORE = { 'cache-control': 'no-store' };

const STATUS: Readonly<Record<string, number>> = {
  invalid_json: 400,
  body_too_deep: 400,
  validation_failed: 400,
  after_invalid: 400,
  not_authenticated: 401,
  token_invalid: 401,
  token_expired: 401,
  wrong_credentials: 401,
  not_found: 404,
  user_not_found: 404,
  conversation_not_found: 404,
  method_not_allowed: 405,
  client_id_conflict: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  too_many_attempts: 429,
  rate_limited: 429,
  busy: 503,
  unavailable: 503,
};

const TITLE: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** An error as `application/problem+json` (RFC 9457). Any error but a {@link ParleyError} is generic outside. */
export function problemReply(error: unknown): HttpReply {
  const code = error instanceof ParleyError ? error.code : 'internal';
  const status = STATUS[code] ?? 500;
  const problem = {
    type: 'about:blank',
    title: TITLE[status],
    status,
    code,
    detail: error instanceof ParleyError ? error.message : 'Something went wrong on the server.',
    ...(error instanceof ValidationFailed && { errors: error.errors }),
  };
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', ...extraHeaders(error, status) },
    body: JSON.stringify(problem),
  };
}

function extraHeaders(error: unknown, status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (error instanceof MethodNotAllowed) return { allow: error.allow.join(', ') };
  // It tells the client that the encoding is at fault, not the type (RFC 9110 §15.5.16).
  if (error instanceof UnsupportedEncoding) return { 'accept-encoding': 'identity' };
  return isRetriable(error) ? { 'retry-after': String(error.retryAfter) } : {};
}

/** Answers every error of the handler and of the middlewares before it, and reports faults of the server. */
export function problemDetails(
  report: (error: unknown) => void,
): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    onError(request) {
      const reply = problemReply(request.error);
      if ((reply.statusCode ?? 500) >= 500) report(request.error);
      request.response = reply;
    },
  };
}
