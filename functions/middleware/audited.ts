import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj, Request } from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Origin } from '../core/audit/audit.ts';
import { type AuditTrail, NotRecorded } from '../core/audit/trail.ts';
import { ParleyError } from '../core/errors.ts';
import { clientInfo } from './client-info.ts';
import type { HttpReply } from './http-replies.ts';

interface Options {
  readonly logger: Pick<Logger, 'error' | 'info'>;
  readonly count: (name: 'AuditFailed') => void;
}

/** Refused tokens of other issuers that are of no account, so that nobody notes them. They are logged, and no more. */
const OF_NOBODY = ['subject_token_invalid', 'subject_token_expired'];

/**
 * Records the security events that the domain notes while it works on a request, with the client that sent it. What was done stays
 * done: if the events cannot be recorded, the answer is the same, and they are in the log of the function.
 */
export function audited(
  trail: AuditTrail,
  { logger, count }: Options,
): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  const record = async ({ event, error }: Request<APIGatewayProxyEventV2, HttpReply, Error, Context>) => {
    try {
      const origin = originOf(event);
      const events = await trail.write(origin);
      const isOfNobody =
        events.some(({ userId }) => userId === undefined) ||
        (events.length === 0 && error instanceof ParleyError && OF_NOBODY.includes(error.code));
      if (isOfNobody) logger.info('refused, and no account is known', { ...origin, code: codeOf(error) });
    } catch (reason) {
      const entries = reason instanceof NotRecorded ? reason.entries : [];
      logger.error('security events could not be recorded', { entries, error: reason as Error });
      count('AuditFailed');
    }
  };

  return {
    before() {
      trail.begin();
    },
    after: record,
    onError: record,
  };
}

/** A route with and without its slash is one operation. */
const originOf = ({ requestContext, routeKey }: APIGatewayProxyEventV2): Origin => ({
  operation: routeKey.replace(/\/\{proxy\+\}$/, ''),
  ...clientInfo(requestContext),
});

const codeOf = (error: unknown): string | undefined =>
  error instanceof ParleyError ? error.code : undefined;
