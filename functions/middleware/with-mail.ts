import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { MailOff } from '../core/errors.ts';
import type { HttpReply } from './http-replies.ts';

/** For each entry that sends mail. Without mail, nothing of the request is read. */
export function withMail(isOn: boolean): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    before() {
      if (!isOn) throw new MailOff();
    },
  };
}
