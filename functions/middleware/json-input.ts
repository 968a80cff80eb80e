import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import { parseJsonBody } from '../protocol/json-body.ts';
import { validate } from '../protocol/validate.ts';
import type { HttpReply } from './replies.ts';

/**
 * The request's checked body. Nothing else of the body is looked at afterwards.
 * @throws MalformedRequest, UnsupportedEncoding, ValidationFailed
 */
export function readInput<T extends z.ZodMiniType>(
  schema: T,
  event: APIGatewayProxyEventV2,
  maxBytes?: number,
): z.output<T> {
  const { body, isBase64Encoded, headers } = event;
  const contentType = headers['content-type'];
  const contentEncoding = headers['content-encoding'];
  return validate(schema, parseJsonBody({ body, isBase64Encoded, contentType, contentEncoding, maxBytes }));
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
