import { account, arn } from '../account.ts';
import { byId, type ResourceType } from '../resource-type.ts';

/**
 * Types that have no effect on this machine, each with the reason. Other resources may refer to them, but their
 * properties are not read.
 */
export const withoutEffect: Readonly<Record<string, ResourceType>> = {
  // Resource policies. The runtime checks only the permissions in the functions' roles.
  'AWS::Lambda::Permission': { identify: byId() },
  'AWS::S3::BucketPolicy': { identify: byId() },
  'AWS::SQS::QueuePolicy': { identify: byId() },
  'AWS::CloudFront::OriginAccessControl': { identify: byId('Id') },
  // It stands in front of CloudFront.
  'AWS::WAFv2::WebACL': { identify: byId('Arn', 'Id') },
  // Destinations of logs. Here logs go to the terminal.
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    identify: (name) => ({ ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } }),
  },
  'AWS::Logs::ResourcePolicy': { identify: byId() },
  'AWS::ApiGateway::Account': { identify: byId('Id') },
  // Alarms and dashboards. Here problems appear in the terminal.
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    identify: (name) => ({ ref: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`) } }),
  },
  'AWS::CloudWatch::Dashboard': { identify: byId() },
  // A queue for dead letters. Here dead letters are in files.
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    identify: (name) => ({
      ref: `https://sqs.${account.region}.${account.urlSuffix}/${account.id}/${name}`,
      attributes: { Arn: arn('sqs', name), QueueName: name },
    }),
  },
  // Only functions of custom resources use layers. A function of the app with layers is an error.
  'AWS::Lambda::LayerVersion': {
    identify: (name) => {
      const ref = arn('lambda', `layer:${name}:1`);
      return { ref, attributes: { LayerVersionArn: ref } };
    },
  },
  // Empties a bucket when its stack is deleted.
  'Custom::S3AutoDeleteObjects': { identify: byId() },
  // CDK's anonymous statistics.
  'AWS::CDK::Metadata': { identify: byId() },
};
