import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { VerifyAccessToken } from '../auth/access-tokens.ts';
import { NotAuthenticated, SESSION_ENDED, TokenInvalid } from '../core/errors.ts';
import type { RateLimit } from '../core/rate-limit/rate-limit.ts';
import type { Identity } from '../core/sessions/session.ts';
import { bearerToken } from '../protocol/handshake.ts';
import type { HttpReply } from './http-replies.ts';
import { type HttpEntry, httpStack } from './http-stack.ts';
import { limitRequests } from './rate-limit.ts';

/** The stack of an HTTP entry for users who are logged in: who asks, and whether they may cause more work. */
export function userStack(entry: HttpEntry, access: Authentication & { readonly limit: RateLimit }) {
  return httpStack(entry).use(authenticate(access)).use(limitRequests(access.limit));
}

export type Authenticated = APIGatewayProxyEventV2 & { identity: Identity };

interface Authentication {
  readonly verify: VerifyAccessToken;
  /** Whether the session of an access token lives. */
  readonly isLive: (identity: Identity) => Promise<boolean>;
}

/** Of one request. */
interface Checked extends Record<string, unknown> {
  isLive?: Promise<boolean>;
}

/**
 * Puts the caller's identity into `event.identity`, or ends the request with 401. An access token ends with its session. For a
 * request that only reads, the session is looked up beside the reads, and no answer leaves before that.
 */
export function authenticate({
  verify,
  isLive,
}: Authentication): MiddlewareObj<Authenticated, HttpReply, Error, Context, Checked> {
  return {
    async before({ event, internal }) {
      const token = bearerToken(event.headers.authorization);
      if (!token) throw new NotAuthenticated();
      event.identity = await verify(token);
      const check = isLive(event.identity);
      if (event.requestContext.http.method !== 'GET') return assertLive(check);
      // It may fail before anybody waits for it.
      check.catch(() => {});
      internal.isLive = check;
      return undefined;
    },
    after: ({ internal }) => assertLive(internal.isLive),
    async onError(request) {
      // Whoever is logged out learns nothing else.
      await assertLive(request.internal.isLive).catch((error: Error) => {
        request.error = error;
      });
    },
  };
}

async function assertLive(isLive: Promise<boolean> | undefined): Promise<void> {
  if ((await isLive) === false) throw new TokenInvalid(SESSION_ENDED);
}
