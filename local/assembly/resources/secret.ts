import { arn } from '../account.ts';
import type { ResourceType } from '../resource-type.ts';

export const secret: ResourceType = {
  nameProperty: 'Name',
  // Secrets Manager appends six random characters to the name in its ARNs.
  identify: (name, id) => {
    const ref = arn('secretsmanager', `secret:${name}-${id.slice(0, 6)}`);
    return { ref, attributes: { Id: ref } };
  },
  read({ ref, properties }, draft) {
    properties.harmless('the name is in the ARN', 'Name');
    properties.harmless('labels', 'Description', 'Tags');
    const generated = properties.nested('GenerateSecretString');
    if (generated === undefined) throw properties.error('GenerateSecretString', 'is missing');
    draft.secrets.push({
      arn: ref,
      length: generated.optionalInteger('PasswordLength') ?? 32,
      excludePunctuation: generated.flag('ExcludePunctuation'),
    });
  },
};
