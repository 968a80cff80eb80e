import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { Busy, ParleyError, RetriableError, ValidationFailed, VersionConflict } from '../core/errors.ts';
import { MethodNotAllowed, UnsupportedEncoding } from '../protocol/errors.ts';
import { presentState } from '../protocol/message-bodies.ts';

export type HttpReply = APIGatewayProxyStructuredResultV2;

/**
 * The headers of every answer. The distribution adds most of them too, but a caller of the bare API gets only those of the
 * function. An answer is nobody's page: it loads nothing, and no site may frame it. Only public documents replace the
 * `Cache-Control`.
 */
const OF_EVERY_ANSWER = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

/** An answer of an HTTP entry. Every other function here, and each entry, makes its answers with this one. */
export function answer(
  statusCode: number,
  headers: Readonly<Record<string, string>> = {},
  content: Pick<HttpReply, 'body' | 'isBase64Encoded'> = {},
): HttpReply {
  return { statusCode, headers: { ...OF_EVERY_ANSWER, ...headers }, ...content };
}

/** JSON is always UTF-8, and its type has no charset (RFC 8259 §11). */
export function json(statusCode: number, value: unknown, headers: Record<string, string> = {}): HttpReply {
  return answer(
    statusCode,
    { 'content-type': 'application/json', ...headers },
    { body: JSON.stringify(value) },
  );
}

export const noContent: HttpReply = answer(204);

/** What was asked for goes on elsewhere, such as in a mailbox. */
export const accepted: HttpReply = answer(202);

/**
 * Sends a caller of the bare API to the path without its last slash. AWS does not document whether the variable behind a
 * slash matches nothing, so API Gateway may select another route for `/users/` than for `/users`, or none.
 */
export function withoutSlash({ rawPath, rawQueryString }: APIGatewayProxyEventV2): HttpReply {
  // API Gateway has decoded the path, but not the query.
  const path = rawPath.slice(0, -1).split('/').map(encodeURIComponent).join('/');
  const query = rawQueryString && `?${rawQueryString}`;
  return answer(308, { location: path + query });
}

const STATUS: Readonly<Record<string, number>> = {
  invalid_json: 400,
  body_too_deep: 400,
  validation_failed: 400,
  after_invalid: 400,
  reply_to_invalid: 400,
  mention_invalid: 400,
  cannot_block_oneself: 400,
  cannot_report_oneself: 400,
  subject_token_invalid: 400,
  subject_token_expired: 400,
  link_invalid: 400,
  not_authenticated: 401,
  token_invalid: 401,
  token_expired: 401,
  wrong_credentials: 401,
  wrong_password: 403,
  passwords_off: 403,
  mail_off: 403,
  account_suspended: 403,
  staff_only: 403,
  cannot_write_to_user: 403,
  not_your_message: 403,
  not_allowed: 403,
  edit_too_late: 403,
  site_only: 403,
  not_found: 404,
  user_not_found: 404,
  conversation_not_found: 404,
  session_not_found: 404,
  message_not_found: 404,
  report_not_found: 404,
  invitation_not_found: 404,
  method_not_allowed: 405,
  client_id_conflict: 409,
  version_conflict: 409,
  too_many_reactions: 409,
  message_deleted: 409,
  too_many_blocks: 409,
  too_many_pins: 409,
  group_full: 409,
  too_many_invitations: 409,
  too_many_groups: 409,
  last_owner: 409,
  not_a_group: 409,
  cannot_suspend_staff: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  too_many_attempts: 429,
  too_many_mails: 429,
  rate_limited: 429,
  busy: 503,
  issuer_unavailable: 503,
  unavailable: 503,
};

const TITLE: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/**
 * An error as `application/problem+json` (RFC 9457). Any error but a {@link ParleyError} is generic outside.
 *
 * @param more further members (RFC 9457 §3.2)
 */
export function problemReply(error: unknown, more: Readonly<Record<string, unknown>> = {}): HttpReply {
  const code = error instanceof ParleyError ? error.code : 'internal';
  const status = STATUS[code] ?? 500;
  const problem = {
    type: 'about:blank',
    title: TITLE[status],
    status,
    code,
    detail: error instanceof ParleyError ? error.message : 'Something went wrong on the server.',
    ...(error instanceof ValidationFailed && { errors: error.errors }),
    ...(error instanceof VersionConflict && { present: presentState(error) }),
    ...more,
  };
  return json(status, problem, {
    'content-type': 'application/problem+json',
    ...extraHeaders(error, status),
  });
}

function extraHeaders(error: unknown, status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (error instanceof MethodNotAllowed) return { allow: error.allow.join(', ') };
  // It tells the client that the encoding is at fault, not the type (RFC 9110 §15.5.16).
  if (error instanceof UnsupportedEncoding) return { 'accept-encoding': 'identity' };
  return error instanceof RetriableError ? { 'retry-after': String(error.retryAfter) } : {};
}

/** Further members for the problem details of a request. */
export interface Members extends Record<string, unknown> {
  members?: Readonly<Record<string, unknown>>;
}

/** Answers every error of the handler and of the middlewares before it, and reports faults of the server. Many writers at once are none. */
export function problemDetails(
  report: (error: unknown) => void,
): MiddlewareObj<APIGatewayProxyEventV2, HttpReply, Error, Context, Members> {
  return {
    onError(request) {
      const reply = problemReply(request.error, request.internal.members);
      const isFault = (reply.statusCode ?? 500) >= 500 && !(request.error instanceof Busy);
      if (isFault) report(request.error);
      request.response = reply;
    },
  };
}
