import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { oauthError } from '../protocol/token-exchange.ts';
import { type HttpReply, type Members, problemReply } from './http-replies.ts';

/** Adds OAuth's `error` to the problem details of a refused request, so that clients of OAuth find it where they look. */
export const oauthErrors: MiddlewareObj<APIGatewayProxyEventV2, HttpReply, Error, Context, Members> = {
  onError({ error, internal }) {
    if (problemReply(error).statusCode === 400) internal.members = { error: oauthError(error) };
  },
};
