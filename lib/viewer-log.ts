import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** The distribution's access log. The APIs' own logs see CloudFront's addresses instead of the viewers'. */
export function viewerLogBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'ViewerLog', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    // CloudFront delivers logs by ACL, which a bucket accepts only with the ownership "preferred".
    objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
    lifecycleRules: [{ expiration: Duration.days(90) }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'It is itself where logs go; a log of the log would never end.',
  });
  return bucket;
}
