import type * as z from 'zod/mini';
import * as groupRequests from '../../functions/protocol/group-requests.ts';
import * as reportRequests from '../../functions/protocol/report-requests.ts';
import * as requests from '../../functions/protocol/requests.ts';
import { ownSettingsRequest } from '../../functions/protocol/settings-requests.ts';

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
  'POST /conversations': groupRequests.groupRequest,
  'PATCH /conversations/{conversation}': groupRequests.settingsRequest,
  'PATCH /conversations/{conversation}/settings': ownSettingsRequest,
  'PUT /conversations/{conversation}/members/{user_id}': groupRequests.memberRequest,
  'POST /conversations/{conversation}/invitations': groupRequests.invitationRequest,
  'POST /invitations/preview': groupRequests.invitedRequest,
  'POST /invitations/join': groupRequests.invitedRequest,
  'POST /conversations/{conversation}/messages': requests.messageRequest,
  'PATCH /conversations/{conversation}/messages/{seq}': requests.editRequest,
};
