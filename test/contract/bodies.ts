import type * as z from 'zod/mini';
import * as reportRequests from '../../functions/protocol/report-requests.ts';
import * as requests from '../../functions/protocol/requests.ts';
import { settingsRequest } from '../../functions/protocol/settings-requests.ts';

/** The schema that checks the body of each operation. */
export const CHECKED: Readonly<Record<string, z.ZodMiniType>> = {
  'POST /users/register': requests.registerRequest,
  'POST /users/token': requests.tokenRequest,
  'POST /users/token/refresh': requests.refreshRequest,
  'POST /users/token/exchange': requests.tokenExchangeRequest,
  'POST /users/password/reset': requests.resetRequest,
  'POST /users/register/confirm': requests.signUpRequest,
  'POST /users/password/reset/confirm': requests.newPasswordRequest,
  'POST /users/email/verification': requests.verificationRequest,
  'POST /users/logout': requests.logoutRequest,
  'PATCH /users/me': requests.profileRequest,
  'DELETE /users/me': requests.deletionRequest,
  'POST /users/me/password': requests.passwordRequest,
  'POST /reports': reportRequests.reportRequest,
  'POST /reports/{report_id}/resolve': reportRequests.resolutionRequest,
  'POST /conversations': requests.groupRequest,
  'PATCH /conversations/{conversation}': requests.titleRequest,
  'PATCH /conversations/{conversation}/settings': settingsRequest,
  'PUT /conversations/{conversation}/members/{user_id}': requests.memberRequest,
  'POST /conversations/{conversation}/messages': requests.messageRequest,
  'PATCH /conversations/{conversation}/messages/{seq}': requests.editRequest,
};
