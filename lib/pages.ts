import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import type { Construct, IConstruct } from 'constructs';
import { logRetention } from './log-retention.ts';
import type { Stage } from './settings.ts';

/** Its files have names that change with their contents, so they may be kept for ever. */
const assetsFolder = 'assets';

/** The bucket of the site's pages, filled from the folder. It holds nothing that a build cannot make again. */
export function pagesBucket(scope: Construct, stage: Stage, folder: string): IBucket {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error(`no built pages of web/: expected ${join(folder, 'index.html')}`);
  }
  const bucket = new Bucket(scope, 'Pages', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    // A bucket can go with its stack only when it is empty; the deployment below leaves its files in place.
    removalPolicy: RemovalPolicy.DESTROY,
    autoDeleteObjects: true,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Public pages, which the distribution alone may read.',
  });
  const logGroup = new LogGroup(scope, 'PagesDeploymentLogs', {
    retention: logRetention(stage),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const assets = join(folder, assetsFolder);
  // The CDK's deployer comes into being with the first deployment; the second may wait for it, the other way round they would wait for each other.
  const before = existsSync(assets)
    ? new BucketDeployment(scope, 'AssetsDeployment', {
        sources: [Source.asset(assets)],
        destinationBucket: bucket as IBucket,
        destinationKeyPrefix: assetsFolder,
        // Pages that are open, or kept somewhere, go on with theirs.
        prune: false,
        cacheControl: [
          CacheControl.setPublic(),
          CacheControl.maxAge(Duration.days(365)),
          CacheControl.immutable(),
        ],
        logGroup,
      })
    : undefined;
  const pages = new BucketDeployment(scope, 'PagesDeployment', {
    sources: [Source.asset(folder, { exclude: [assetsFolder] })],
    destinationBucket: bucket as IBucket,
    // Takes away what there is no more, but no asset.
    exclude: [`${assetsFolder}/*`],
    // Asked for each time, and sent only when changed.
    cacheControl: [CacheControl.noCache()],
    logGroup,
  });
  // What a page names has to be there before it.
  if (before !== undefined) pages.node.addDependency(before);
  acknowledgeDeployer(pages, bucket);
  return bucket as IBucket;
}

/** The CDK's own deployer is one function a stack, made as the CDK makes it. */
function acknowledgeDeployer(deployment: BucketDeployment, bucket: Bucket): void {
  const stack = Stack.of(bucket);
  const pages = stack.getLogicalId(bucket.node.defaultChild as CfnBucket);
  const made =
    'The CDK’s deployer of files: it runs when the stack is deployed and cannot be called otherwise.';
  const deployer = (deployment.handlerRole as unknown as IConstruct).node.scope as IConstruct;
  Validations.of(deployer).acknowledge(
    { id: 'AwsSolutions-L1', reason: `${made} Its runtime comes with the CDK’s version.` },
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason: made,
    },
    ...[
      'Action::s3:GetBucket*',
      'Action::s3:GetObject*',
      'Action::s3:List*',
      'Action::s3:Abort*',
      'Action::s3:DeleteObject*',
      `Resource::<${pages}.Arn>/*`,
      'Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*',
    ].map((finding) => ({
      id: `AwsSolutions-IAM5[${finding}]`,
      reason: `${made} It reads the CDK’s assets and writes any page into this bucket.`,
    })),
  );
}
