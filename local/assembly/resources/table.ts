import { arn } from '../account.ts';
import type { Properties } from '../properties.ts';
import type { ResourceType } from '../resource-type.ts';

export const table: ResourceType = {
  nameProperty: 'TableName',
  identify(name) {
    const tableArn = arn('dynamodb', `table/${name}`);
    return { ref: name, attributes: { Arn: tableArn, StreamArn: `${tableArn}/stream/local` } };
  },
  read({ ref, attributes, properties }, draft) {
    properties.harmless('the name is known', 'TableName');
    properties.expect('BillingMode', 'PAY_PER_REQUEST');
    properties.harmless('backups and protection are for data on AWS', 'PointInTimeRecoverySpecification');
    properties.harmless('backups and protection are for data on AWS', 'DeletionProtectionEnabled');
    properties.harmless('the data is on the developer’s disk', 'SSESpecification');
    properties.harmless('labels', 'Tags');
    const keys = new Map(
      properties.list('KeySchema').map((key) => [key.text('KeyType'), key.text('AttributeName')] as const),
    );
    const [partitionKey, sortKey] = [keys.get('HASH'), keys.get('RANGE')];
    if (partitionKey === undefined || sortKey === undefined) {
      throw properties.error('KeySchema', 'must have a partition and a sort key');
    }
    for (const attribute of properties.list('AttributeDefinitions')) {
      attribute.text('AttributeName');
      attribute.expect('AttributeType', 'S');
    }
    draft.tables.push({
      streamArn: attributes.StreamArn ?? '',
      spec: {
        name: ref,
        partitionKey,
        sortKey,
        ttlAttribute: ttlAttribute(properties.nested('TimeToLiveSpecification')),
        streamView: streamView(properties.nested('StreamSpecification')),
      },
    });
  },
};

function ttlAttribute(ttl: Properties | undefined): string | undefined {
  if (ttl === undefined) return undefined;
  const attribute = ttl.text('AttributeName');
  return ttl.flag('Enabled') ? attribute : undefined;
}

function streamView(stream: Properties | undefined): 'NEW_AND_OLD_IMAGES' | undefined {
  stream?.expect('StreamViewType', 'NEW_AND_OLD_IMAGES');
  return stream && 'NEW_AND_OLD_IMAGES';
}
