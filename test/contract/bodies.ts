import type * as z from 'zod/mini';
import * as requests from '../../functions/protocol/requests.ts';

/** The schema that checks the body of each operation. */
export const CHECKED: Readonly<Record<string, z.ZodMiniType>> = {
  'POST /users/register': requests.registerRequest,
  'POST /users/token': requests.tokenRequest,
  'POST /users/token/refresh': requests.refreshRequest,
  'POST /users/logout': requests.logoutRequest,
  'PATCH /users/me': requests.profileRequest,
  'POST /conversations/{conversation}/messages': requests.messageRequest,
};
