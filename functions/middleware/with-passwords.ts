import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { PasswordsOff } from '../core/errors.ts';
import type { HttpReply } from './http-replies.ts';

/** For each entry that takes a password. Without passwords, nothing of the request is read. */
export function withPasswords(areOn: boolean): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    before() {
      if (!areOn) throw new PasswordsOff();
    },
  };
}
