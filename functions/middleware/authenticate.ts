import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { VerifyAccessToken } from '../auth/access-tokens.ts';
import { NotAuthenticated } from '../core/errors.ts';
import type { Identity } from '../core/sessions/session.ts';
import { bearerToken } from '../protocol/carried-token.ts';
import type { HttpReply } from './replies.ts';

export type Authenticated = APIGatewayProxyEventV2 & { identity: Identity };

/** Puts the caller's identity into `event.identity`, or ends the request with 401. */
export function authenticate(verify: VerifyAccessToken): MiddlewareObj<Authenticated, HttpReply> {
  return {
    async before({ event }) {
      const token = bearerToken(event.headers.authorization);
      if (!token) throw new NotAuthenticated();
      event.identity = await verify(token);
    },
  };
}
