import type { ResourceType } from '../resource-type.ts';
import { api, authorizer, integration, integrationResponse, route, routeResponse, stage } from './api.ts';
import { bucket, bucketDeployment } from './bucket.ts';
import { cachePolicy, distribution, responseHeadersPolicy, viewerFunction } from './distribution.ts';
import { eventSource, lambdaFunction } from './function.ts';
import { policy, role } from './permissions.ts';
import { secret } from './secret.ts';
import { table } from './table.ts';
import { withoutEffect } from './without-effect.ts';

/** All resource types that the runtime supports. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  ...withoutEffect,
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policy,
  'AWS::DynamoDB::Table': table,
  'AWS::SecretsManager::Secret': secret,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::EventSourceMapping': eventSource,
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Stage': stage,
  'AWS::ApiGatewayV2::Route': route,
  'AWS::ApiGatewayV2::RouteResponse': routeResponse,
  'AWS::ApiGatewayV2::Integration': integration,
  'AWS::ApiGatewayV2::IntegrationResponse': integrationResponse,
  'AWS::ApiGatewayV2::Authorizer': authorizer,
  'AWS::CloudFront::Distribution': distribution,
  'AWS::CloudFront::Function': viewerFunction,
  'AWS::CloudFront::CachePolicy': cachePolicy,
  'AWS::CloudFront::ResponseHeadersPolicy': responseHeadersPolicy,
  'AWS::S3::Bucket': bucket,
  'Custom::CDKBucketDeployment': bucketDeployment,
};
