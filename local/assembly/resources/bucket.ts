import { account } from '../account.ts';
import type { ResourceType } from '../resource-type.ts';

export const bucket: ResourceType = {
  nameProperty: 'BucketName',
  identify: (name) => ({
    ref: name.toLowerCase(),
    attributes: {
      Arn: `arn:${account.partition}:s3:::${name.toLowerCase()}`,
      DomainName: `${name.toLowerCase()}.s3.${account.urlSuffix}`,
      RegionalDomainName: `${name.toLowerCase()}.s3.${account.region}.${account.urlSuffix}`,
    },
  }),
  read({ ref, attributes, properties }, draft) {
    properties.harmless('the name is known', 'BucketName');
    properties.harmless(
      'only the distribution has access to the bucket',
      'PublicAccessBlockConfiguration',
      'OwnershipControls',
    );
    properties.harmless('the files are on the developer’s disk', 'BucketEncryption');
    properties.harmless('the files belong to the build', 'VersioningConfiguration', 'LifecycleConfiguration');
    properties.harmless('logs and labels', 'LoggingConfiguration', 'Tags');
    draft.bucketDomains.set(attributes.RegionalDomainName ?? '', ref);
  },
};

/** CDK's BucketDeployment. The bucket contains the files of its sources. */
export const bucketDeployment: ResourceType = {
  identify: (_name, id) => ({ ref: id, attributes: {} }),
  read({ properties, assetFolder }, draft) {
    properties.harmless('assets are found by their key', 'SourceBucketNames');
    properties.harmless(
      'settings of the deployment itself',
      'ServiceToken',
      'RetainOnDelete',
      'OutputObjectKeys',
    );
    properties.harmless(
      'the runtime does not cache',
      'DistributionId',
      'DistributionPaths',
      'WaitForDistributionInvalidation',
    );
    // False would keep older files in the bucket, but here the bucket has none.
    properties.harmless('the bucket is empty at each start', 'Prune');
    properties.expect('Extract', true);
    const metadata = properties.nested('SystemMetadata');
    const cacheControl = metadata?.optionalText('cache-control');
    const contentType = metadata?.optionalText('content-type');
    const bucketName = properties.text('DestinationBucketName');
    const prefix = properties.optionalText('DestinationBucketKeyPrefix')?.replace(/\/*$/, '/') ?? '';
    const except = properties.texts('Exclude');
    const include = properties.texts('Include');
    const contents = draft.bucketContents.get(bucketName) ?? [];
    for (const key of properties.texts('SourceObjectKeys')) {
      contents.push({ folder: assetFolder(key), prefix, except, include, contentType, cacheControl });
    }
    draft.bucketContents.set(bucketName, contents);
  },
};
