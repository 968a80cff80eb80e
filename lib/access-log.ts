import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { logRetention } from './log-retention.ts';
import type { Settings } from './settings.ts';

/**
 * An API's access log, one JSON object a line. Its fields are API Gateway's `$context` variables. None of them may
 * have a query string or a header, because those can carry tokens; nor a path, because AWS does not say that it is escaped in the log.
 */
export function accessLog(
  scope: Construct,
  settings: Settings,
  api: string,
  fields: Readonly<Record<string, string>>,
): IAccessLogSettings {
  const logGroup = new LogGroup(scope, 'AccessLog', {
    // Log groups outside /aws/vendedlogs/ share one resource policy of CloudWatch Logs, which has at most 5,120
    // characters.
    logGroupName: `/aws/vendedlogs/parley-${settings.stage}-${api}`,
    retention: logRetention(settings),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return {
    destination: new LogGroupLogDestination(logGroup),
    format: AccessLogFormat.custom(JSON.stringify(fields)),
  };
}
