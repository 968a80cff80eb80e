import { account, arn } from '../account.ts';
import { byId, type ResourceType } from '../resource-type.ts';

/**
 * Types that change nothing about what runs on this machine, each with the reason. They are only named by others, so their
 * properties are not read.
 */
export const withoutEffect: Readonly<Record<string, ResourceType>> = {
  // Whom services let in; what functions may do is in their roles, which are read.
  'AWS::Lambda::Permission': { identify: byId() },
  'AWS::S3::BucketPolicy': { identify: byId() },
  'AWS::SQS::QueuePolicy': { identify: byId() },
  'AWS::CloudFront::OriginAccessControl': { identify: byId('Id') },
  // Where logs go: here it is the terminal.
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    identify: (name) => ({ ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } }),
  },
  'AWS::Logs::ResourcePolicy': { identify: byId() },
  'AWS::ApiGateway::Account': { identify: byId('Id') },
  // Who hears of trouble: here it is whoever reads the terminal.
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    identify: (name) => ({ ref: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`) } }),
  },
  'AWS::CloudWatch::Dashboard': { identify: byId() },
  // Only a destination of dead letters, which are kept in files here; nothing reads it.
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    identify: (name) => ({
      ref: `https://sqs.${account.region}.${account.urlSuffix}/${account.id}/${name}`,
      attributes: { Arn: arn('sqs', name), QueueName: name },
    }),
  },
  // Used by the functions of custom resources alone: a function of ours with Layers is an error.
  'AWS::Lambda::LayerVersion': {
    identify: (name) => {
      const ref = arn('lambda', `layer:${name}:1`);
      return { ref, attributes: { LayerVersionArn: ref } };
    },
  },
  // Empties a bucket when its stack is deleted.
  'Custom::S3AutoDeleteObjects': { identify: byId() },
  // Anonymous statistics of CDK.
  'AWS::CDK::Metadata': { identify: byId() },
};
