import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { outOfTime } from './out-of-time.ts';
import { pathParameters } from './path-parameters.ts';
import { problemDetails } from './problem-details.ts';
import type { HttpReply } from './replies.ts';
import { type Reporting, reporter } from './reporter.ts';

/** What every HTTP entry starts from: log context, errors as problem details, and a path that is read. */
export function httpStack(reporting: Reporting): MiddyfiedHandler<APIGatewayProxyEventV2, HttpReply> {
  return middy<APIGatewayProxyEventV2, HttpReply>(outOfTime)
    .use(injectLambdaContext(reporting.logger))
    .use(problemDetails(reporter(reporting)))
    .use(pathParameters());
}
