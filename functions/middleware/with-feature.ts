import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { MailOff, type ParleyError, PasswordsOff } from '../core/errors.ts';
import type { HttpReply } from './http-replies.ts';

/** For each entry of a feature that a setting turns off. Where it is off, nothing of the request is read. */
function withFeature(
  isOn: boolean,
  Off: new () => ParleyError,
): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    before() {
      if (!isOn) throw new Off();
    },
  };
}

/** For each entry that sends mail. */
export const withMail = (isOn: boolean) => withFeature(isOn, MailOff);

/** For each entry that takes a password. */
export const withPasswords = (areOn: boolean) => withFeature(areOn, PasswordsOff);
