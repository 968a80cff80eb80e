import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import { parseJsonBody } from '../protocol/json-body.ts';
import { validate } from '../protocol/validate.ts';
import type { HttpReply } from './replies.ts';

/** Puts the request's checked body into `event.input`. Nothing else of the body is looked at afterwards. */
export function jsonInput<T extends z.ZodMiniType>(
  schema: T,
): MiddlewareObj<APIGatewayProxyEventV2 & { input: z.output<T> }, HttpReply> {
  return {
    before({ event }) {
      const { body, isBase64Encoded, headers } = event;
      event.input = validate(
        schema,
        parseJsonBody({ body, isBase64Encoded, contentType: headers['content-type'] }),
      );
    },
  };
}
