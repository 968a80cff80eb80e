import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { noRest } from './no-rest.ts';
import { problemDetails } from './problem-details.ts';
import type { HttpReply } from './replies.ts';
import { type Reporting, reporter } from './reporter.ts';

/** What every HTTP entry starts from: log context, and errors as problem details. */
export function httpStack(reporting: Reporting): MiddyfiedHandler<APIGatewayProxyEventV2, HttpReply> {
  return middy<APIGatewayProxyEventV2, HttpReply>()
    .use(injectLambdaContext(reporting.logger))
    .use(problemDetails(reporter(reporting)))
    .use(noRest());
}
