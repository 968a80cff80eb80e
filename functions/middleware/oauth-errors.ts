import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { IssuerUnavailable } from '../core/errors.ts';
import { oauthError } from '../protocol/token-exchange.ts';
import { type HttpReply, problemReply } from './http-replies.ts';

/**
 * Adds OAuth's `error` to the problem details of a refused request, so that clients of OAuth find it where they look. An
 * issuer that does not answer is no fault of this server, but whoever runs it wants to know.
 */
export function oauthErrors(
  warn: (message: string, error: Error) => void,
): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    onError({ error }) {
      const reply = problemReply(error);
      if (reply.statusCode === 400) return problemReply(error, { error: oauthError(error) });
      if (!(error instanceof IssuerUnavailable)) return undefined;
      warn('issuer unavailable', error);
      return reply;
    },
  };
}
