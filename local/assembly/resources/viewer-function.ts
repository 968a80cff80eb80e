import { account } from '../account.ts';
import type { ResourceType } from '../resource-type.ts';

/** A CloudFront function. */
export const viewerFunction: ResourceType = {
  nameProperty: 'Name',
  identify(name) {
    const functionArn = `arn:${account.partition}:cloudfront::${account.id}:function/${name}`;
    return { ref: functionArn, attributes: { FunctionARN: functionArn } };
  },
  read({ ref, properties }, draft) {
    properties.harmless('it is in the ARN', 'Name');
    properties.harmless('labels', 'Tags', 'FunctionMetadata');
    properties.expect('AutoPublish', true);
    const config = properties.nested('FunctionConfig');
    config?.harmless('labels', 'Comment');
    config?.expect('Runtime', 'cloudfront-js-2.0');
    draft.viewerFunctions.set(ref, properties.text('FunctionCode'));
  },
};
