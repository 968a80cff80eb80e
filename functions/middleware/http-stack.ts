import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { MiddlewareObj, MiddyfiedHandler } from '@middy/core';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { IsProof } from '../auth/site-proof.ts';
import { ValidationFailed } from '../core/errors.ts';
import { foldId } from '../core/ids.ts';
import { NotFound } from '../protocol/errors.ts';
import { parseJsonBody, type RawBody } from '../protocol/json-body.ts';
import { validate } from '../protocol/validate.ts';
import { type HttpReply, problemDetails, withoutSlash } from './http-replies.ts';
import { outOfTime, type Reporting, reporter } from './reporting.ts';
import { requestLine } from './request-line.ts';
import { throughSite } from './through-site.ts';

/** What every HTTP entry has: logs and metrics, and how to tell that a request came through the site. */
export interface HttpEntry extends Reporting {
  /** Undefined if the bare API is open. */
  readonly isProof: IsProof | undefined;
  /** Whether each request has a line in the log. */
  readonly logsRequests: boolean;
}

/** The stack of every HTTP entry: the log context, errors as problem details, the site alone, and checked path parameters. */
export function httpStack(entry: HttpEntry): MiddyfiedHandler<APIGatewayProxyEventV2, HttpReply> {
  return middy<APIGatewayProxyEventV2, HttpReply>(outOfTime)
    .use(injectLambdaContext(entry.logger))
    .use(entry.logsRequests ? requestLine(entry.logger) : [])
    .use(problemDetails(reporter(entry)))
    .use(throughSite(entry.isProof))
    .use(pathParameters());
}

/**
 * Puts the ids of a path into lower case, and refuses a path below a route. API Gateway allows no route with a
 * trailing slash, so each route has a twin that ends in `{proxy+}`. The twin also matches longer paths, where there
 * is nothing. If such a path ends with a slash, or an id is empty, the path without its slash may have a route.
 */
export function pathParameters(): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    before({ event }) {
      const { rawPath } = event;
      // Emulators write null where API Gateway leaves the field out.
      const given = event.pathParameters ?? {};
      const { proxy, ...ids } = given;
      if (proxy || Object.values(ids).includes('')) {
        if (/[^/]\/$/.test(rawPath)) return withoutSlash(event);
        throw new NotFound(rawPath);
      }
      const entries = Object.entries(given).map(([name, value = '']) => [name, foldId(value)] as const);
      if (entries.length > 0) event.pathParameters = Object.fromEntries(entries);
      return undefined;
    },
  };
}

/**
 * The checked body of a request. No other part of the body is used afterwards.
 * @throws MalformedRequest, UnsupportedEncoding, ValidationFailed
 */
export function readInput<T extends z.ZodMiniType>(
  schema: T,
  event: APIGatewayProxyEventV2,
  maxBytes?: number,
): z.output<T> {
  return validate(schema, parseJsonBody({ ...rawBody(event), maxBytes }));
}

/**
 * The same for a request that may say nothing. Then it needs no body.
 * @throws MalformedRequest, UnsupportedEncoding, ValidationFailed
 */
export function readOptionalInput<T extends z.ZodMiniType>(
  schema: T,
  event: APIGatewayProxyEventV2,
): z.output<T> {
  return event.body ? readInput(schema, event) : validate(schema, {});
}

/** A request's body before it is read, and what its headers say about it. */
export function rawBody({
  body,
  isBase64Encoded,
  headers,
}: Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded' | 'headers'>): RawBody {
  const contentType = headers['content-type'];
  const contentEncoding = headers['content-encoding'];
  return { body, isBase64Encoded, contentType, contentEncoding };
}

/**
 * For a request that takes no body. One that has a body may mean something else by it, such as one session of all.
 * @throws ValidationFailed
 */
export function refuseBody({ body }: APIGatewayProxyEventV2): void {
  if (body) throw new ValidationFailed({ body: ['This request takes no body.'] });
}

/** Puts the request's checked body into `event.input`. */
export function jsonInput<T extends z.ZodMiniType>(
  schema: T,
  { maxBytes }: { maxBytes?: number } = {},
): MiddlewareObj<APIGatewayProxyEventV2 & { input: z.output<T> }, HttpReply> {
  return {
    before({ event }) {
      event.input = readInput(schema, event, maxBytes);
    },
  };
}

const HOST = /^[a-z0-9.-]+(?::[0-9]{1,5})?$|^\[[0-9a-f:.]+\](?::[0-9]{1,5})?$/i;

/**
 * Scheme and host as the caller used them, for the absolute URLs of pages. Behind CloudFront, the distribution's
 * function puts the viewer's host into `X-Forwarded-Host`, and only what came through it gets here. If the bare API is open, a
 * caller who forges it misleads only themselves.
 */
export function baseUrl({ headers, requestContext }: APIGatewayProxyEventV2): string {
  const host = [headers['x-forwarded-host'], headers.host].find((name) => name && HOST.test(name));
  const scheme = headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
  return `${scheme}://${host ?? requestContext.domainName}`;
}
