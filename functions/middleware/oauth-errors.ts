import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { oauthError } from '../protocol/token-exchange.ts';
import { type HttpReply, problemReply } from './http-replies.ts';

/**
 * Adds OAuth's `error` to the problem details of a refused request, so that clients of OAuth find it where they look. It ends the
 * handling of the error, so what must see the error, too, stands behind it.
 */
export const oauthErrors: MiddlewareObj<APIGatewayProxyEventV2, HttpReply> = {
  onError({ error }) {
    const isBad = problemReply(error).statusCode === 400;
    return isBad ? problemReply(error, { error: oauthError(error) }) : undefined;
  },
};
