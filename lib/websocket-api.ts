import { Stack, Validations } from 'aws-cdk-lib';
import { type CfnApi, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { accessLog } from './access-log.ts';
import type { ParleyFunction } from './function.ts';
import type { ConnectionMethod } from './functions.ts';
import { gatewayLogging } from './gateway-logging.ts';
import type { Settings } from './settings.ts';
import { throttle } from './throttle.ts';

/** The stage's name is the path of every socket: `/ws`, on the bare API and behind CloudFront. */
export const socketStage = 'ws';

export interface SocketFunctions {
  readonly authorize: ParleyFunction;
  readonly connect: ParleyFunction;
  readonly disconnect: ParleyFunction;
  readonly message: ParleyFunction;
}

/**
 * The WebSocket API. It is created without routes, because functions must know its address before routes can name
 * them.
 */
export class ParleyWebSocketApi extends Construct {
  readonly api: WebSocketApi;
  /** Host without a scheme. */
  readonly domainName: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: `parley-${settings.stage}-websocket`,
      routeSelectionExpression: '$request.body.action',
    });
    const { region, urlSuffix } = Stack.of(this);
    this.domainName = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    const stageResource = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: socketStage,
      autoDeploy: true,
      // The other half is for the posts to connections that messages cause.
      throttle: throttle(settings, 1 / 2),
      accessLogSettings: accessLog(this, settings, 'websocket', {
        requestId: '$context.requestId',
        time: '$context.requestTime',
        ip: '$context.identity.sourceIp',
        // Behind the site, the one above is CloudFront's.
        viewer: '$context.authorizer.address',
        event: '$context.eventType',
        route: '$context.routeKey',
        connectionId: '$context.connectionId',
        userId: '$context.authorizer.userId',
        status: '$context.status',
        error: '$context.error.message',
        authorizerError: '$context.authorizer.error',
        integrationError: '$context.integrationErrorMessage',
      }),
    });
    stageResource.node.addDependency(gatewayLogging(this));
  }

  /** Lets the function call some methods of @connections. */
  grantConnections(to: ParleyFunction, methods: readonly ConnectionMethod[]): void {
    const api = Stack.of(this).getLogicalId(this.api.node.defaultChild as CfnApi);
    for (const method of methods) {
      const connections = `${socketStage}/${method}/@connections/*`;
      to.addToRolePolicy(
        new PolicyStatement({
          actions: ['execute-api:ManageConnections'],
          resources: [
            Stack.of(this).formatArn({
              service: 'execute-api',
              resource: this.api.apiId,
              resourceName: connections,
            }),
          ],
        }),
      );
      Validations.of(to.role as IConstruct).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${api}>/${connections}]`,
        reason: 'Connections come and go by the second; the statement names their API, stage and method.',
      });
    }
  }

  /** Connects the routes. `$connect` has an authorizer, and the message function's result goes back to the sender. */
  addRoutes(functions: SocketFunctions): void {
    this.api.addRoute('$connect', {
      integration: new WebSocketLambdaIntegration('Connect', functions.connect),
      // Every identity source must be present, or API Gateway answers 401 by itself. A token comes either by header
      // or by subprotocol, so none is named.
      authorizer: new WebSocketLambdaAuthorizer('Authorize', functions.authorize, { identitySource: [] }),
    });
    const later = [
      this.api.addRoute('$disconnect', {
        integration: new WebSocketLambdaIntegration('Disconnect', functions.disconnect),
      }),
      this.api.addRoute('$default', {
        integration: new WebSocketLambdaIntegration('Message', functions.message),
        returnResponse: true,
      }),
    ];
    for (const route of later) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'Authorizers run at $connect alone; its identity comes with every later event of the connection.',
      });
    }
  }
}
