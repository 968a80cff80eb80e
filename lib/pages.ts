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
import {
  BucketDeployment,
  type BucketDeploymentProps,
  CacheControl,
  Source,
} from 'aws-cdk-lib/aws-s3-deployment';
import type { Construct, IConstruct } from 'constructs';
import { logRetention } from './log-retention.ts';
import type { Settings } from './settings.ts';

/** The names of these files change with their contents, so browsers may cache them for ever. */
const assetsFolder = 'assets';

const textTypes = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
} as const;

/** The bucket of the site's pages, filled from the folder. A build can create all its contents again. */
export function pagesBucket(scope: Construct, settings: Settings, folder: string): IBucket {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error(`no built pages of web/: expected ${join(folder, 'index.html')}`);
  }
  const bucket = new Bucket(scope, 'Pages', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    // A bucket can be deleted with its stack only if it is empty, and the deployment below leaves its files in place.
    removalPolicy: RemovalPolicy.DESTROY,
    autoDeleteObjects: true,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Public pages, which the distribution alone may read.',
  });
  const logGroup = new LogGroup(scope, 'PagesDeploymentLogs', {
    retention: logRetention(settings),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const common = { destinationBucket: bucket as IBucket, logGroup };
  const assets = join(folder, assetsFolder);
  // The first deployment creates the CDK's deployer, so the second one waits for it. In the other order they would
  // wait for each other.
  const before = existsSync(assets)
    ? deploy(scope, 'AssetsDeployment', ['js', 'css'], {
        ...common,
        sources: [Source.asset(assets)],
        destinationKeyPrefix: assetsFolder,
        // Pages that are open or cached still need their old assets.
        prune: false,
        cacheControl: [
          CacheControl.setPublic(),
          CacheControl.maxAge(Duration.days(365)),
          CacheControl.immutable(),
        ],
      })
    : [];
  const pages = deploy(scope, 'PagesDeployment', ['html'], {
    ...common,
    sources: [Source.asset(folder, { exclude: [assetsFolder] })],
    // Deletes files that no longer exist, but no assets.
    exclude: [`${assetsFolder}/*`],
    // Browsers ask for it each time, and get it only if it has changed.
    cacheControl: [CacheControl.noCache()],
  });
  // The files that a page names must exist before the page.
  for (const page of pages) page.node.addDependency(...before);
  acknowledgeDeployer(pages[0], bucket);
  return bucket as IBucket;
}

/**
 * Deploys files, those of each of these types on their own: S3 has types without a charset unless a deployment names one, and
 * a deployment has one type for all its files.
 */
function deploy(
  scope: Construct,
  id: string,
  types: readonly (keyof typeof textTypes)[],
  props: BucketDeploymentProps,
): [BucketDeployment, ...BucketDeployment[]] {
  const filesOf = (type: string) => `*.${type}`;
  const others = new BucketDeployment(scope, id, {
    ...props,
    exclude: [...(props.exclude ?? []), ...types.map(filesOf)],
  });
  const texts = types.map(
    (type) =>
      new BucketDeployment(scope, `${id}-${type}`, {
        ...props,
        exclude: ['*'],
        include: [filesOf(type)],
        contentType: textTypes[type],
      }),
  );
  return [others, ...texts];
}

/** The CDK's own deployer, one function for each stack. */
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
